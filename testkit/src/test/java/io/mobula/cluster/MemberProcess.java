package io.mobula.cluster;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.Settings;
import io.mobula.error.ClusterException;
import io.mobula.info.NodeInfo;
import io.mobula.testkit.ForkedJvm;
import io.mobula.testkit.PollingAssert;
import java.time.Duration;
import java.util.List;
import java.util.Scanner;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * Member of a cluster in a child process, configured by system properties, which executes commands
 * from standard input.
 */
final class MemberProcess implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);

  private final ForkedJvm jvm;
  private final String name;
  private int asked;

  private MemberProcess(String name, ForkedJvm jvm) {
    this.name = name;
    this.jvm = jvm;
  }

  /**
   * Returns the plan of a member with a small store and two CPUs; further properties may be added.
   */
  static ForkedJvm.Plan plan(String name) {
    var plan = ForkedJvm.of(MemberProcess.class)
        .flags("-Xmx200m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
        .property("mobula.cluster.listen", "on")
        .property("mobula.cluster.node-name", name)
        .property("mobula.store.capacity", "16 MiB")
        .property("mobula.resources.cpus", "2");
    var flags = System.getProperty("mobula.child.flags", "").trim();
    return flags.isEmpty() ? plan : plan.flags(flags.split("\\s+"));
  }

  static MemberProcess start(String name, ForkedJvm.Plan plan) {
    return new MemberProcess(name, plan.start());
  }

  static MemberProcess start(String name, String... seeds) {
    return start(name, plan(name).property("mobula.cluster.seeds", String.join(",", seeds)));
  }

  /** Waits until the process is a member, and returns its address. */
  String awaitUp() throws InterruptedException {
    return jvm.awaitLine("up ", LIMIT).split(" ")[2];
  }

  /** Waits until the process sees exactly these nodes, including itself. */
  void awaitNodes(String... names) throws Exception {
    var wanted = "nodes " + String.join(",", new TreeSet<>(List.of(names)));
    PollingAssert.untilMatches(LIMIT, name + " sees " + wanted, () -> ask("nodes"), wanted::equals);
  }

  /** Sends a command and waits for its answer. */
  String ask(String command) throws InterruptedException {
    int number = ++asked;
    jvm.sendLine(number + " " + command);
    var answer = jvm.awaitLine(line -> line.startsWith(number + " "), LIMIT);
    return answer.substring(answer.indexOf(' ') + 1);
  }

  ForkedJvm jvm() {
    return jvm;
  }

  String name() {
    return name;
  }

  @Override
  public void close() {
    jvm.close();
  }

  @Override
  public String toString() {
    return name + ": " + jvm;
  }

  private static void sayWhenItEnds(MobulaRuntime runtime) {
    Thread.ofPlatform().daemon().start(() -> {
      while (!runtime.isClosed()) {
        LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
      }
      System.out.println("ended");
    });
  }

  public static void main(String[] arguments) {
    var settings = arguments.length == 0 ? Mobula.settings() : driver(arguments[0]);
    try (var runtime = Mobula.init(settings);
        var lines = new Scanner(System.in)) {
      System.out.println(
          "up " + runtime.nodeId() + " " + runtime.nodes().getFirst().address());
      sayWhenItEnds(runtime);
      while (lines.hasNextLine() && !runtime.isClosed()) {
        var line = lines.nextLine().split(" ", 3);
        System.out.println(line[0] + " " + answer(runtime, line[1]));
        if (line[1].equals("close")) {
          return;
        }
      }
    } catch (ClusterException refused) {
      System.out.println("refused " + refused.reason() + " " + refused.getMessage());
    }
  }

  private static Settings driver(String address) {
    return Mobula.settings().join(address).set("mobula.cluster.role", "driver");
  }

  private static String answer(MobulaRuntime runtime, String command) {
    return switch (command) {
      case "nodes" ->
        "nodes "
            + runtime.nodes().stream()
                .map(NodeInfo::name)
                .sorted()
                .collect(Collectors.joining(","));
      case "details" -> runtime.nodes().toString();
      case "cluster" -> runtime.clusterName();
      case "close" -> {
        runtime.close();
        yield "closed";
      }
      default -> "what?";
    };
  }
}
