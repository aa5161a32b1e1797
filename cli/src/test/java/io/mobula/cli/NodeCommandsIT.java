package io.mobula.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.mobula.Mobula;
import io.mobula.testkit.ForkedJvm;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands for nodes as a shell uses them: separate processes, exit codes and printed output. */
@Tag("long")
@Timeout(300)
class NodeCommandsIT {
  private static final Duration LIMIT = Duration.ofSeconds(160);

  @TempDir
  Path runtimeDirectory;

  /** Program of a user that connects, prints its role, and exits with a code of its own. */
  static final class UserProgram {
    public static void main(String[] arguments) {
      try (var runtime = Mobula.init()) {
        var self = runtime.nodes().getFirst();
        System.out.println("program " + self.role() + " of " + runtime.nodes().size() + " "
            + String.join(",", arguments));
      }
      System.exit(7);
    }
  }

  /** Program of a user that fails. */
  static final class FailingProgram {
    public static void main(String[] arguments) {
      throw new IllegalStateException("on purpose");
    }
  }

  /** Program of a user whose task waits for a resource that no node has. The test kills it. */
  static final class WaitingProgram {
    static int licensed(int number) {
      return number;
    }

    public static void main(String[] arguments) throws InterruptedException {
      try (var runtime = Mobula.init()) {
        runtime.task(WaitingProgram::licensed, 0).remote().get(); // sends a frame to the worker
        var waits =
            runtime.task(WaitingProgram::licensed, 1).resource("Licence", 1).remote();
        System.out.println("submitted " + waits.id());
        new CountDownLatch(1).await();
      }
    }
  }

  @AfterEach
  void leaveNothingBehind() throws Exception {
    mobula("stop", "--timeout", "5").awaitExit(LIMIT);
  }

  @Test
  void aClusterComesIsLookedAtAndGoes() throws Exception {
    var head = started(
        "start",
        "--head",
        "--port",
        "0",
        "--cpus",
        "2",
        "--resource",
        "Licence=3",
        "--store",
        "64MiB",
        "--memory",
        "1GiB",
        "--detach");
    var second = started(
        "start",
        "--address",
        head,
        "--cpus",
        "1",
        "--store",
        "64MiB",
        "--name",
        "second",
        "--label",
        "zone=a",
        "--detach");

    var status = status(second);
    assertThat(status.fieldNames()).toIterable().containsExactly("cluster", "nodes", "waiting");
    assertThat(status.get("cluster").asText()).isEqualTo("default");
    assertThat(status.get("nodes")).hasSize(2);
    var first = node(status, head);
    assertThat(first.fieldNames())
        .toIterable()
        .containsExactly("id", "address", "host", "pid", "role", "resources", "store", "lanes");
    assertThat(first.get("role").asText()).isEqualTo("node");
    assertThat(first.at("/resources/total/CPU").asDouble()).isEqualTo(2);
    assertThat(first.at("/resources/total/Licence").asDouble()).isEqualTo(3);
    assertThat(first.at("/resources/available/memory").asLong()).isEqualTo(1 << 30);
    assertThat(first.at("/store/capacity").asLong()).isEqualTo(64 << 20);
    assertThat(node(status, second).at("/resources/total/CPU").asDouble()).isEqualTo(1);

    stopsBoth();
  }

  private void stopsBoth() throws Exception {
    try (var stop = mobula("stop")) {
      assertThat(stop.awaitExit(LIMIT)).as("%s", stop).isEqualTo(ExitCode.DONE);
      assertThat(stop.output())
          .hasSize(2)
          .allMatch(line -> line.matches("node [0-9a-f]{16} \\(pid \\d+, .*\\) has left after .*"));
    }
    try (var again = mobula("stop")) {
      assertThat(again.awaitExit(LIMIT)).isEqualTo(ExitCode.NOTHING_TO_DO);
      assertThat(again.output()).containsExactly("no node of yours runs on this host");
    }
  }

  @Test
  void workersLanesAndWhatWaitsAreShown() throws Exception {
    var head = started(
        "start",
        "--head",
        "--port",
        "0",
        "--cpus",
        "2",
        "--gpus",
        "1",
        "--workers",
        "1",
        "--store",
        "64MiB",
        "--set",
        "mobula.workers.flags=-Xmx128m -XX:TieredStopAtLevel=1",
        "--detach");
    try (var run = mobula("run", "--address", head, WaitingProgram.class.getName())) {
      run.awaitLine("submitted", LIMIT);

      var status = status(head);

      var worker = withRole(status, "worker");
      assertThat(worker.at("/resources/total/CPU").asDouble()).isEqualTo(2);
      assertThat(worker.at("/resources/total/GPU").asDouble()).isEqualTo(1);
      assertThat(node(status, head).at("/resources/total/CPU").asDouble()).isZero();
      var waits = status.get("waiting").get(0);
      assertThat(waits.get("id").asText()).contains("task", "licensed");
      assertThat(waits.at("/wants/Licence").asDouble()).isEqualTo(1);
      assertThat(waits.get("why").asText()).contains("Licence");
      var lane = withRole(status, "driver").get("lanes").elements().next();
      assertThat(lane.get("kind").asText()).isIn("artery", "shared memory");
      assertThat(lane.at("/sent/frames").asLong()).isPositive();
      assertThat(lane.at("/sent/bytes").asLong()).isPositive();
      assertThat(lane.has("received")).isTrue();
      assertThat(lane.has("underway")).isTrue();
    }
  }

  private static JsonNode withRole(JsonNode status, String role) {
    for (var node : status.get("nodes")) {
      if (node.get("role").asText().equals(role)) {
        return node;
      }
    }
    throw new AssertionError("No " + role + " in " + status);
  }

  @Test
  void aProgramIsADriverAndItsExitCodeIsTheCommands() throws Exception {
    var head =
        started("start", "--head", "--port", "0", "--cpus", "1", "--store", "64MiB", "--detach");

    try (var run =
        mobula("run", "--address", head, UserProgram.class.getName(), "-a", "--address")) {
      assertThat(run.awaitExit(LIMIT)).as("%s", run).isEqualTo(7);
      assertThat(run.output()).contains("program DRIVER of 2 -a,--address");
    }
    try (var run = mobula("run", "--address", head, FailingProgram.class.getName())) {
      assertThat(run.awaitExit(LIMIT)).isEqualTo(ExitCode.FAILED);
      assertThat(run.errors()).anyMatch(line -> line.contains("on purpose"));
    }
    try (var all = mobula("stop", "--all", "--address", head)) {
      assertThat(all.awaitExit(LIMIT)).as("%s", all).isEqualTo(ExitCode.DONE);
      assertThat(all.output()).singleElement().asString().contains(head, "has left");
    }
  }

  @Test
  void aNodeInTheForegroundEndsWithASignal() throws Exception {
    try (var node = mobula("start", "--head", "--port", "0", "--cpus", "1", "--store", "64MiB")) {
      assertThat(node.awaitLine("is up", LIMIT)).contains("pid " + node.pid());
      ProcessHandle.of(node.pid()).orElseThrow().destroy();
      assertThat(node.awaitExit(LIMIT)).isEqualTo(143);
      assertThat(node.errors()).noneMatch(line -> line.contains("has closed"));
    }
  }

  @Test
  void aNodeThatDoesNotLeaveIsKilled() throws Exception {
    try (var node = mobula("start", "--head", "--port", "0", "--cpus", "1", "--store", "64MiB")) {
      node.awaitLine("is up", LIMIT);
      signal("STOP", node.pid());
      try (var stop = mobula("stop", "--timeout", "1")) {
        assertThat(stop.awaitExit(LIMIT)).isEqualTo(ExitCode.FAILED);
        assertThat(stop.output())
            .singleElement()
            .asString()
            .contains("did not leave within 1 s and was killed");
      }
      assertThat(node.awaitExit(LIMIT)).isEqualTo(137);
    }
  }

  private static void signal(String name, long pid) throws IOException, InterruptedException {
    var kill = new ProcessBuilder("kill", "-" + name, String.valueOf(pid)).start();
    assertThat(kill.waitFor()).isZero();
  }

  @Test
  void whereNobodyAnswersIsSaidWithACodeOfItsOwn() throws Exception {
    var nobody = "127.0.0.1:" + freePort();
    try (var status = mobula("status", "--address", nobody, "--timeout", "2")) {
      assertThat(status.awaitExit(LIMIT)).isEqualTo(ExitCode.NO_ANSWER);
      assertThat(status.output()).isEmpty();
      assertThat(String.join("\n", status.errors())).contains("mobula status:", nobody);
    }
    try (var start = mobula(
        "start",
        "--address",
        nobody,
        "--cpus",
        "1",
        "--store",
        "64MiB",
        "--set",
        "mobula.cluster.join-timeout=2s",
        "--set",
        "mobula.cluster.stopped-after=10s",
        "--detach")) {
      assertThat(start.awaitExit(LIMIT)).as("%s", start).isEqualTo(ExitCode.NO_ANSWER);
      assertThat(String.join("\n", start.errors())).contains("the node ended", nobody);
    }
  }

  @Test
  void aPortThatIsTakenAndASettingThatIsNoneAreFailures() throws Exception {
    try (var taken = new ServerSocket(0);
        var start =
            mobula("start", "--head", "--port", String.valueOf(taken.getLocalPort()), "--detach")) {
      assertThat(start.awaitExit(LIMIT)).as("%s", start).isEqualTo(ExitCode.FAILED);
      assertThat(String.join("\n", start.errors())).contains(String.valueOf(taken.getLocalPort()));
    }
    try (var start = mobula("start", "--head", "--set", "mobula.colour=blue")) {
      assertThat(start.awaitExit(LIMIT)).isEqualTo(ExitCode.FAILED);
      assertThat(start.errors()).anyMatch(line -> line.contains("no setting mobula.colour"));
    }
  }

  /** Starts a detached node and returns its address. */
  private String started(String... words) throws Exception {
    var patiently = new ArrayList<>(List.of(words));
    patiently.addAll(List.of("--start-timeout", "150"));
    try (var start = mobula(patiently.toArray(String[]::new))) {
      assertThat(start.awaitExit(LIMIT)).as("%s", start).isEqualTo(ExitCode.DONE);
      var line = Pattern.compile(
              "node [0-9a-f]{16} \\(pid \\d+, (127\\.0\\.0\\.1:\\d+)\\) is up; it logs to (.+)")
          .matcher(start.output().getFirst());
      assertThat(line.matches()).as("%s", start).isTrue();
      assertThat(Files.exists(Path.of(line.group(2)))).isTrue();
      return line.group(1);
    }
  }

  private JsonNode status(String address) throws Exception {
    try (var status = mobula("status", "--address", address, "--json")) {
      assertThat(status.awaitExit(LIMIT)).as("%s", status).isEqualTo(ExitCode.DONE);
      return JsonMapper.builder().build().readTree(String.join("\n", status.output()));
    }
  }

  private static JsonNode node(JsonNode status, String address) {
    for (var node : status.get("nodes")) {
      if (node.get("address").asText().equals(address)) {
        return node;
      }
    }
    throw new AssertionError("No node at " + address + " in " + status);
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private ForkedJvm mobula(String... words) {
    return ForkedJvm.of(MobulaCommand.class)
        .flags("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
        .flags(System.getProperty("mobula.child.flags", "").strip().split("\\s+"))
        .environment("XDG_RUNTIME_DIR", runtimeDirectory.toString())
        .environment("MOBULA_JAVA_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        .arguments(words)
        .start();
  }
}
