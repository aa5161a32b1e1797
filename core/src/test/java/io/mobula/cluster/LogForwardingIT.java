package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.LocalCluster;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.Settings;
import io.mobula.internal.process.ChildJvm;
import io.mobula.internal.process.ChildPlan;
import io.mobula.placement.Placement;
import io.mobula.testkit.PollingAssert;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** Test of the output of tasks and actors in other processes, as printed by the driver. */
@Tag("long")
@Timeout(180)
class LogForwardingIT {
  private final PrintStream realOut = System.out;
  private final PrintStream realErr = System.err;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  /** Functions that print in the process in which they run. */
  static final class PrintingTasks {
    static long print(String text) {
      System.out.println(text);
      return ProcessHandle.current().pid();
    }

    static long warn(String text) {
      System.err.print(text); // and no line break
      return ProcessHandle.current().pid();
    }

    static boolean log(String text) {
      LoggerFactory.getLogger(LogForwardingIT.class).error("{}", text);
      return true;
    }

    static boolean beside(String text) throws InterruptedException {
      var other = Thread.ofPlatform().start(() -> System.out.println(text));
      other.join();
      return true;
    }

    static boolean many(int count) {
      for (int i = 0; i < count; i++) {
        System.out.println("many " + i);
      }
      return true;
    }

    static long nested(String text) {
      return Mobula.task(PrintingTasks::print, text).cpus(1).remote().get();
    }
  }

  /** Actor that prints its argument. */
  static final class EchoActor {
    long say(String text) {
      System.out.println(text);
      return ProcessHandle.current().pid();
    }
  }

  /** Driver that ends as soon as it has its result. */
  static final class ShortLivedDriver {
    public static void main(String[] arguments) {
      try (var runtime = Mobula.connect(arguments[0])) {
        runtime.task(PrintingTasks::print, "at the end").remote().get();
      }
    }
  }

  @BeforeEach
  void listen() {
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void restore() {
    System.setOut(realOut);
    System.setErr(realErr);
  }

  private static LocalCluster cluster(int nodes, Settings settings) {
    return LocalCluster.builder()
        .nodes(nodes)
        .cpusPerNode(1)
        .settings(settings)
        .jvmFlags("-Xmx200m", "-XX:TieredStopAtLevel=1")
        .start();
  }

  private static List<String> lines(ByteArrayOutputStream of) {
    return of.toString(StandardCharsets.UTF_8).lines().toList();
  }

  /** Waits for the line that ends with this text. */
  private static String awaitLine(ByteArrayOutputStream of, String end) throws Exception {
    return PollingAssert.untilMatches(
            "a line ends with " + end,
            () -> lines(of),
            lines -> lines.stream().anyMatch(line -> line.endsWith(end)))
        .stream()
        .filter(line -> line.endsWith(end))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void linesOfTasksAndActorsComeWithTheirOrigin() throws Exception {
    try (var cluster = cluster(1, Mobula.settings())) {
      var driver = cluster.runtime();
      var node = cluster.nodes().getFirst();
      var place = "pid=" + node.pid() + ", node=" + node.id().toString().substring(0, 8) + ", ";

      driver.task(PrintingTasks::print, "printed").remote().get();
      driver.task(PrintingTasks::warn, "warned").remote().get();
      driver.task(PrintingTasks::log, "logged").remote().get();
      var echoActor = driver.actor(EchoActor::new).name("polly").remote();
      echoActor.call(EchoActor::say, "said").remote().get();

      assertThat(awaitLine(out, "printed")).startsWith("(PrintingTasks.print " + place);
      assertThat(awaitLine(err, "warned")).startsWith("(PrintingTasks.warn " + place);
      assertThat(awaitLine(out, "logged"))
          .startsWith("(PrintingTasks.log " + place)
          .contains("ERROR");
      assertThat(awaitLine(out, "said")).startsWith("(polly " + place);
      assertThat(lines(out)).filteredOn(line -> line.endsWith("printed")).hasSize(1);
    }
  }

  @Test
  void whatATaskOfATaskPrintsComesToTheDriverOfTheFirst() throws Exception {
    try (var cluster = cluster(2, Mobula.settings())) {
      var driver = cluster.runtime();
      var first = cluster.nodes().get(0);
      long second = driver
          .task(PrintingTasks::nested, "from far")
          .cpus(1)
          .placement(Placement.on(first.id()))
          .remote()
          .get();
      assertThat(awaitLine(out, "from far")).contains("pid=" + second);
    }
  }

  @Test
  void aDriverMayNotWantIt() throws Exception {
    var settings = Mobula.settings().set("mobula.logs.to-driver", false);
    try (var cluster = cluster(1, settings)) {
      cluster.runtime().task(PrintingTasks::print, "unwanted").remote().get();
      try (var other = Mobula.connect(cluster.nodes().getFirst().address())) {
        other.task(PrintingTasks::print, "wanted").remote().get();
        awaitLine(out, "wanted");
      }
    }
    assertThat(lines(out))
        .noneMatch(line -> line.startsWith("(") && line.endsWith("unwanted"))
        .anyMatch(line -> line.startsWith("(") && line.endsWith(" wanted"));
  }

  @Test
  void tooMuchIsDroppedAndSaid() throws Exception {
    var settings = Mobula.settings()
        .set("mobula.logs.lines-per-second", 50)
        .set("mobula.logs.bytes-per-line", 100);
    try (var cluster = cluster(1, settings)) {
      var driver = cluster.runtime();
      driver.task(PrintingTasks::print, "y".repeat(1000)).remote().get();
      assertThat(awaitLine(out, "[900 more bytes]")).contains(" " + "y".repeat(100) + " [");
      driver.task(PrintingTasks::many, 5000).remote().get();
      awaitLine(out, ") many 0");
      assertThat(lines(out)).filteredOn(line -> line.contains(") many ")).hasSizeLessThan(1000);
      assertThat(awaitLine(err, "than could be printed here")).contains(" lines dropped");
    }
  }

  @Test
  void whatAThreadOfItsOwnPrintsBelongsToNobody() throws Exception {
    try (var cluster = cluster(1, Mobula.settings())) {
      MobulaRuntime driver = cluster.runtime();
      driver.task(PrintingTasks::beside, "alone").remote().get();
      driver.task(PrintingTasks::print, "after it").remote().get();
      awaitLine(out, "after it");
    }
    assertThat(lines(out)).noneMatch(line -> line.startsWith("(") && line.endsWith("alone"));
  }

  @Test
  void aDriverThatEndsAtOnceHasSeenItAll() throws Exception {
    BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    try (var cluster = cluster(1, Mobula.settings())) {
      var plan = ChildPlan.of("brief", ShortLivedDriver.class.getName())
          .arguments(cluster.nodes().getFirst().address());
      try (var brief = ChildJvm.start(plan, (stream, line) -> lines.add(line))) {
        brief.ended().toCompletableFuture().get(60, TimeUnit.SECONDS);
      }
    }
    assertThat(lines)
        .anyMatch(line -> line.startsWith("(PrintingTasks.print ") && line.endsWith("at the end"));
  }
}
