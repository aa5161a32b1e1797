package io.mobula.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.testkit.ForkedJvm;
import io.mobula.testkit.ProgramJar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Use of {@code mobula run --ship} from a shell, with programs whose classes no node has. */
@Tag("long")
@Timeout(300)
class RunShipIT {
  private static final Duration LIMIT = Duration.ofSeconds(150);
  private static final String PROGRAM = """
      package shipped;

      import io.mobula.Mobula;
      import java.nio.file.Files;
      import java.nio.file.Path;

      public final class Program {
        static final int VERSION = %d;

        public static final class Count {
          private int count;

          public int add(int by) {
            count += by;
            return count * 10 + VERSION;
          }
        }

        /** Does not return before both versions are here. */
        static String meet(String place) throws Exception {
          Files.writeString(Path.of(place, "version-" + VERSION), "here");
          while (!Files.exists(Path.of(place, "version-1"))
              || !Files.exists(Path.of(place, "version-2"))) {
            Thread.sleep(20);
          }
          return VERSION + " in process " + ProcessHandle.current().pid();
        }

        static int version(int nothing) {
          return VERSION;
        }

        public static void main(String[] words) {
          try (var runtime = Mobula.init()) {
            if (words.length == 0) {
              System.out.println("version " + runtime.task(Program::version, 0).remote().get());
              return;
            }
            System.out.println("met " + runtime.task(Program::meet, words[0]).remote().get());
            var actor = runtime.actor(Count::new).remote();
            System.out.println("actor " + actor.call(Count::add, 4).remote().get());
          }
        }
      }
      """;

  @TempDir
  Path directory;

  private String head;
  private String node;
  private String pid;

  @BeforeEach
  void startANode() throws Exception {
    try (var start = mobula(
        "start",
        "--head",
        "--port",
        "0",
        "--cpus",
        "2",
        "--store",
        "64MiB",
        "--set",
        "mobula.jobs.worker-flags=-Xmx128m -XX:TieredStopAtLevel=1",
        "--detach")) {
      assertThat(start.awaitExit(LIMIT)).as("%s", start).isEqualTo(ExitCode.DONE);
      var line = Pattern.compile(
              "node ([0-9a-f]{16}) \\(pid (\\d+), (127\\.0\\.0\\.1:\\d+)\\) is up.*")
          .matcher(start.output().getFirst());
      assertThat(line.matches()).as("%s", start).isTrue();
      node = line.group(1);
      pid = line.group(2);
      head = line.group(3);
    }
  }

  @AfterEach
  void leaveNothingBehind() throws Exception {
    mobula("stop", "--timeout", "20").awaitExit(LIMIT);
  }

  @Test
  void twoProgramsWithDifferentVersionsOfAClassRunAtTheSameTimeAndDoNotMeet() throws Exception {
    var place = Files.createDirectory(directory.resolve("place")).toString();
    try (var one = run("--ship", jar(1), place);
        var other = run("--ship", jar(2), place)) {
      assertThat(one.awaitExit(LIMIT)).as("%s", one).isEqualTo(ExitCode.DONE);
      assertThat(other.awaitExit(LIMIT)).as("%s", other).isEqualTo(ExitCode.DONE);
      assertThat(one.output()).contains("actor 41");
      assertThat(other.output()).contains("actor 42");
      var first = line(one, "met 1 in process ");
      var second = line(other, "met 2 in process ");
      assertThat(first).isNotEqualTo(second).isNotEqualTo(pid);
      assertThat(second).isNotEqualTo(pid);
    }
  }

  @Test
  void aClassThatTheNodeLacksAndAFileThatIsNoJarAreNamed() throws Exception {
    try (var run = run("--class-path", jar(1))) {
      assertThat(run.awaitExit(LIMIT)).as("%s", run).isEqualTo(ExitCode.FAILED);
      assertThat(run.errors())
          .anyMatch(line -> line.contains("CodecException")
              && line.contains("class shipped.Program is not found")
              && line.contains("node " + node));
    }
    var text = Files.writeString(directory.resolve("text.jar"), "not a jar");
    try (var run = mobulaWith(
        jar(1), "run", "--address", head, "--ship", text.toString(), "shipped.Program")) {
      assertThat(run.awaitExit(LIMIT)).as("%s", run).isEqualTo(ExitCode.FAILED);
      assertThat(run.errors()).anyMatch(line -> line.contains(text + ": it is no jar"));
    }
  }

  /** Returns the rest of the printed line that begins with {@code start}. */
  private static String line(ForkedJvm run, String start) {
    return run.output().stream()
        .filter(line -> line.startsWith(start))
        .map(line -> line.substring(start.length()))
        .findFirst()
        .orElseThrow(() -> new AssertionError(start + " in " + run));
  }

  private ForkedJvm run(String how, Path jar, String... words) {
    var all =
        new ArrayList<>(List.of("run", "--address", head, how, jar.toString(), "shipped.Program"));
    all.addAll(List.of(words));
    return mobulaWith(jar, all.toArray(String[]::new));
  }

  /**
   * Starts the command as {@code bin/mobula} does, with shipped jars also on the driver's class
   * path.
   */
  private ForkedJvm mobulaWith(Path jar, String... words) {
    return plan(words).classPathFirst(jar).start();
  }

  private ForkedJvm mobula(String... words) {
    return plan(words).start();
  }

  private ForkedJvm.Plan plan(String... words) {
    return ForkedJvm.of(MobulaCommand.class)
        .flags("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
        .flags(System.getProperty("mobula.child.flags", "").strip().split("\\s+"))
        .environment("XDG_RUNTIME_DIR", directory.toString())
        .environment("MOBULA_JAVA_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        .arguments(words);
  }

  /** Compiles the program with that version number into a jar. */
  private Path jar(int version) throws IOException {
    return ProgramJar.compile(directory, "Program.java", PROGRAM.formatted(version));
  }
}
