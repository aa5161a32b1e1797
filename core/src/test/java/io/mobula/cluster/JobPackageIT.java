package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.LocalCluster;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.error.SettingsException;
import io.mobula.info.NodeInfo;
import io.mobula.internal.process.ChildJvm;
import io.mobula.internal.process.ChildPlan;
import io.mobula.testkit.PollingAssert;
import io.mobula.testkit.ProgramJar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Test of jobs whose classes no node has: each job ships its jar, and its work runs where that jar
 * is.
 */
@Tag("long")
@Timeout(240)
class JobPackageIT {
  private static final int LIMIT = 100; // seconds

  private static final String PROGRAM = """
      package shipped;

      import io.mobula.*;
      import java.util.ArrayList;
      import java.util.concurrent.CountDownLatch;

      public final class Program {
        static final int VERSION = %d;

        record Answer(int version, long pid) {}

        static Answer answer(int nothing) {
          System.out.println("answering " + VERSION);
          return new Answer(VERSION, ProcessHandle.current().pid());
        }

        static Answer nested(int nothing) {
          return Mobula.task(Program::answer, nothing).cpus(1).remote().get();
        }

        static String devices(int nothing) {
          return System.getenv("CUDA_VISIBLE_DEVICES") + " " + Mobula.cudaVisibleDevices();
        }

        static int[] large(int size) {
          return new int[size];
        }

        public static final class Count {
          private int count;

          int add(int by) {
            count += by;
            return count * 10 + VERSION;
          }
        }

        public static void main(String[] words) throws Exception {
          var settings = Mobula.settings().ship(java.nio.file.Path.of(words[1]));
          try (var runtime = Mobula.connect(words[0], settings)) {
            for (var word : words[2].split(",")) {
              System.out.println(word + " " + answer(runtime, word));
            }
          }
        }

        private static Object answer(MobulaRuntime runtime, String word) throws Exception {
          switch (word) {
            case "task":
              return runtime.task(Program::answer, 0).remote().get();
            case "gpus":
              return runtime.task(Program::devices, 0).gpus(2).remote().get();
            case "zero":
              return runtime.task(Program::answer, 0).cpus(0).remote().get();
            case "nested":
              return runtime.task(Program::nested, 0).cpus(1).remote().get();
            case "large":
              return runtime.task(Program::large, 1 << 20).remote().get().length;
            case "many":
              var refs = new ArrayList<ObjectRef<Answer>>();
              for (int i = 0; i < 500; i++) {
                refs.add(runtime.task(Program::answer, i).remote());
              }
              return runtime.get(refs).stream().distinct().count();
            case "actor":
              var actor = runtime.actor(Count::new).cpus(1).remote();
              actor.call(Count::add, 3).remote();
              return actor.call(Count::add, 4).remote().get();
            case "light":
              var light = runtime.actor(Count::new).remote();
              return light.call(Count::add, 1).remote().get();
            case "free":
              while (!runtime.availableResources().equals(runtime.totalResources())) {
                Thread.sleep(20);
              }
              return "again";
            case "wait":
              new CountDownLatch(1).await();
              return "";
            default:
              throw new IllegalArgumentException(word);
          }
        }
      }
      """;

  @TempDir
  static Path directory;

  private static LocalCluster cluster;

  @BeforeAll
  static void open() {
    cluster = LocalCluster.builder()
        .nodes(1)
        .cpusPerNode(2)
        .settings(Mobula.settings()
            .gpus(2)
            .set("mobula.jobs.worker-idle", "10s")
            .set("mobula.jobs.worker-flags", List.of("-Xmx200m", "-XX:TieredStopAtLevel=1")))
        .jvmFlags("-Xmx200m", "-XX:TieredStopAtLevel=1")
        .start();
  }

  @AfterAll
  static void close() {
    cluster.close();
  }

  /** Compiles the class with this constant into a jar. */
  private static Path jar(int version) throws IOException {
    return ProgramJar.compile(directory, "Program.java", PROGRAM.formatted(version));
  }

  private static ChildJvm program(Path jar, BlockingQueue<String> lines, String words) {
    return ChildJvm.start(
        ChildPlan.of("program", "shipped.Program")
            .flags(List.of("-Xmx200m", "-XX:TieredStopAtLevel=1"))
            .classPath(List.of(jar))
            .arguments(cluster.nodes().getFirst().address(), jar.toString(), words),
        (stream, line) -> lines.add(line));
  }

  /** Returns what a program prints until it ends. */
  private static List<String> run(Path jar, String words) throws Exception {
    var lines = new LinkedBlockingQueue<String>();
    try (var program = program(jar, lines, words)) {
      awaitEnd(program, lines);
    }
    return new ArrayList<>(lines);
  }

  private static void awaitEnd(ChildJvm program, BlockingQueue<String> lines) throws Exception {
    try {
      int code = program.ended().toCompletableFuture().get(LIMIT, TimeUnit.SECONDS);
      assertThat(code).as(() -> String.join("\n", lines)).isZero();
    } catch (TimeoutException e) {
      throw new AssertionError("only said " + lines, e);
    }
  }

  private static long workers(MobulaRuntime runtime) {
    return runtime.nodes().stream()
        .filter(node -> node.role() == NodeInfo.Role.WORKER)
        .count();
  }

  private static NodeInfo worker(MobulaRuntime runtime) {
    return runtime.nodes().stream()
        .filter(node -> node.role() == NodeInfo.Role.WORKER)
        .findFirst()
        .orElseThrow();
  }

  private static String line(List<String> lines, String start) {
    return lines.stream()
        .filter(line -> line.startsWith(start))
        .findFirst()
        .orElseThrow(() -> new AssertionError(start + " in " + lines));
  }

  @Test
  void workRunsInAProcessThatHasTheJarsAndTheLeasesGoHome() throws Exception {
    var lines = run(jar(1), "task,zero,nested,large,many,actor,light,gpus,free");
    var task = line(lines, "task ");
    assertThat(task).startsWith("task Answer[version=1, pid=");
    assertThat(task).doesNotContain("pid=" + cluster.nodes().getFirst().pid() + "]");
    assertThat(line(lines, "zero ")).isEqualTo(task.replace("task", "zero"));
    assertThat(line(lines, "nested ")).isEqualTo(task.replace("task", "nested"));
    assertThat(line(lines, "large ")).isEqualTo("large 1048576");
    assertThat(line(lines, "many ")).isEqualTo("many 1");
    assertThat(line(lines, "actor ")).isEqualTo("actor 71");
    assertThat(line(lines, "light ")).isEqualTo("light 11");
    assertThat(line(lines, "gpus ")).isEqualTo("gpus 0,1 0,1");
    assertThat(line(lines, "free ")).isEqualTo("free again");
    assertThat(line(lines, "(Program.answer pid=")).endsWith("answering 1");
  }

  @Test
  void twoVersionsOfOneClassDoNotMeet() throws Exception {
    var first = new LinkedBlockingQueue<String>();
    var second = new LinkedBlockingQueue<String>();
    var words = "task,many,actor,nested";
    try (var one = program(jar(2), first, words);
        var other = program(jar(3), second, words)) {
      awaitEnd(one, first);
      awaitEnd(other, second);
    }
    var old = List.copyOf(first);
    var young = List.copyOf(second);
    assertThat(line(old, "task ")).contains("version=2,");
    assertThat(line(young, "task ")).contains("version=3,");
    assertThat(line(old, "nested ")).contains("version=2,");
    assertThat(line(young, "nested ")).contains("version=3,");
    assertThat(line(old, "many ")).isEqualTo("many 1");
    assertThat(line(young, "many ")).isEqualTo("many 1");
    assertThat(line(old, "actor ")).isEqualTo("actor 72");
    assertThat(line(young, "actor ")).isEqualTo("actor 73");
  }

  @Test
  void equalJarsShareAWorkerWhichEndsWhenNobodyNeedsItAndComesAgain() throws Exception {
    var jar = jar(4);
    var runtime = cluster.runtime();
    var first = line(run(jar, "task"), "task ");
    var second = line(run(jar, "task"), "task ");
    assertThat(second).isEqualTo(first);
    PollingAssert.until("the worker has ended", () -> workers(runtime) == 0);
    assertThat(line(run(jar, "task"), "task ")).isNotEqualTo(first);
  }

  @Test
  void aWorkerThatIsKilledIsReplaced() throws Exception {
    var runtime = cluster.runtime();
    PollingAssert.until("the worker has ended", () -> workers(runtime) == 0);
    var lines = new LinkedBlockingQueue<String>();
    try (var program = program(jar(5), lines, "task,wait")) {
      PollingAssert.until(
          "the task has printed", () -> lines.stream().anyMatch(line -> line.startsWith("task ")));
      ProcessHandle.of(worker(runtime).pid()).orElseThrow().destroyForcibly();
      PollingAssert.until("the worker has ended", () -> workers(runtime) == 0);
      assertThat(line(run(jar(5), "task,free"), "task ")).contains("version=5,");
      assertThat(program.isAlive()).isTrue();
    }
  }

  @Test
  void aFileThatIsNoJarIsRefusedAtOnce() throws Exception {
    var text = Files.writeString(directory.resolve("text.jar"), "not a jar");
    var address = cluster.nodes().getFirst().address();
    assertThatThrownBy(() -> Mobula.connect(address, Mobula.settings().ship(text)))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(text.toString())
        .hasMessageContaining("no jar");
    assertThatThrownBy(() -> Mobula.init(Mobula.settings().ship(text)))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("only a driver ships jars");
  }
}
