package io.mobula.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.ActorHandle;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Test of a node in a child JVM: without flags, with settings of each source, and what is left when
 * its JVM dies.
 */
@Timeout(1200) // the last resort: each wait has its own limit, which an overloaded machine extends
class EmbeddedNodeTest {
  /** Limit for the start or the end of a JVM, which computes for two to three seconds meanwhile. */
  private static final Duration LIMIT = Duration.ofSeconds(40);

  @TempDir
  Path directory;

  /** Program that uses every feature once. */
  static final class AllFeaturesProgram {
    public static void main(String[] arguments) {
      try (MobulaRuntime runtime = Mobula.init()) {
        var numbers = runtime.put(Tensor.of(new double[1 << 20]));
        int task = runtime.task((Tensor t) -> (int) t.size(), numbers).remote().get();
        ActorHandle<ArrayList<String>> list =
            runtime.actor(ArrayList<String>::new).remote();
        boolean added = list.call((ArrayList<String> l) -> l.add("x")).remote().get();
        int[] captured = {4};
        int lambda = runtime.task(() -> captured[0] + 1).remote().get();
        System.out.println("task " + task + ", actor " + added + ", lambda " + lambda);
      }
    }
  }

  /** Program that prints its resources and waits for a command that says how to end. */
  static final class NodeProgram {
    public static void main(String[] arguments) {
      MobulaRuntime runtime = Mobula.init();
      runtime.put(new byte[1 << 20]);
      var total = runtime.totalResources();
      System.out.println(
          "holds cpus " + total.amount("CPU") + ", gpus " + total.amount("GPU") + ", capacity "
              + runtime.storeUsage().capacityBytes() + ", licences " + total.amount("Licence"));
      try (var input = new Scanner(System.in)) {
        end(runtime, input.nextLine());
      }
    }

    private static void end(MobulaRuntime runtime, String how) {
      switch (how) {
        case "return" -> {}
        case "throw" -> throw new IllegalStateException("as told");
        case "exit" -> System.exit(5);
        case "exit in a task" -> runtime.action(() -> System.exit(6)).remote().get();
        case "exit while a task never ends" -> {
          var running = runtime.put(directory());
          runtime
              .action(
                  (String file) -> {
                    Files.createFile(Path.of(file, "running"));
                    while (true) {
                      LockSupport.parkNanos(1_000_000);
                      Thread.interrupted();
                    }
                  },
                  running)
              .remote();
          while (!Files.exists(Path.of(directory(), "running"))) {
            Thread.onSpinWait();
          }
          System.exit(7);
        }
        default -> throw new IllegalArgumentException(how);
      }
    }

    private static String directory() {
      return System.getProperty("mobula.store.directory");
    }
  }

  private List<Path> stores() throws IOException {
    try (var entries = Files.list(directory)) {
      return entries
          .filter(path -> path.getFileName().toString().contains("mobula-"))
          .toList();
    }
  }

  private ForkedJvm.Plan holder() {
    return ForkedJvm.of(NodeProgram.class)
        .flags(quietFlags())
        .property("mobula.store.directory", directory.toString())
        .property("mobula.store.capacity", "16 MiB")
        .property("mobula.store.segment-size", "4 MiB");
  }

  private static String[] quietFlags() {
    var flags = System.getProperty("mobula.child.flags", "").trim();
    return flags.isEmpty() ? new String[0] : flags.split("\\s+");
  }

  @Test
  void runsWithoutAnyFlag() throws Exception {
    try (var jvm = ForkedJvm.of(AllFeaturesProgram.class).start()) {
      assertThat(jvm.awaitExit(LIMIT)).as(jvm.toString()).isZero();
      assertThat(jvm.output()).containsExactly("task 1048576, actor true, lambda 5");
      assertThat(jvm.errors()).noneMatch(line -> line.contains("Exception"));
    }
  }

  @Test
  void isSilentWithTheFlagsThatQuietTheJdk() throws Exception {
    try (var jvm = ForkedJvm.of(AllFeaturesProgram.class).flags(quietFlags()).start()) {
      assertThat(jvm.awaitExit(LIMIT)).as(jvm.toString()).isZero();
      assertThat(jvm.output()).containsExactly("task 1048576, actor true, lambda 5");
      if (quietFlags().length > 0) {
        assertThat(jvm.errors()).isEmpty();
      }
    }
  }

  @Test
  void aJvmThatEndsWithoutClosingLeavesNoFile() throws Exception {
    for (var end : List.of("return", "throw", "exit", "exit in a task")) {
      try (var jvm = holder().start()) {
        jvm.awaitLine("holds", LIMIT);
        assertThat(stores()).hasSize(1);
        jvm.sendLine(end);
        jvm.awaitExit(LIMIT);
        assertThat(stores()).as(end + "\n" + jvm).isEmpty();
      }
    }
  }

  @Test
  void aTaskThatNeverEndsKeepsItsJvmFromEndingNoLongerThanTheTimeout() throws Exception {
    try (var jvm = holder().property("mobula.close-timeout", "500ms").start()) {
      jvm.awaitLine("holds", LIMIT);
      jvm.sendLine("exit while a task never ends");
      assertThat(jvm.awaitExit(LIMIT)).isEqualTo(7);
      assertThat(stores()).isEmpty();
    }
  }

  @Test
  void whatAKilledJvmLeavesIsRemovedByTheNextStartAndALiveOnesIsNot() throws Exception {
    try (var live = holder().start();
        var victim = holder().start()) {
      live.awaitLine("holds", LIMIT);
      var before = stores();
      victim.awaitLine("holds", LIMIT);
      assertThat(stores()).hasSize(2);
      victim.kill();
      assertThat(stores()).hasSize(2);
      try (var next = holder().start()) {
        next.awaitLine("holds", LIMIT);
        assertThat(stores()).hasSize(2).containsAnyElementsOf(before);
        next.sendLine("return");
        assertThat(next.awaitExit(LIMIT)).isZero();
      }
      live.sendLine("return");
      assertThat(live.awaitExit(LIMIT)).isZero();
    }
    assertThat(stores()).isEmpty();
  }

  // ---- sources of settings

  @Test
  void environmentVariablesAreSettings() throws Exception {
    try (var jvm = ForkedJvm.of(NodeProgram.class)
        .environment("MOBULA_RESOURCES_CPUS", "3")
        .environment("MOBULA_RESOURCES_GPUS", "2")
        .environment("MOBULA_STORE_CAPACITY", "8 MiB")
        .environment("MOBULA_STORE_DIRECTORY", directory.toString())
        .start()) {
      assertThat(jvm.awaitLine("holds", LIMIT)).contains("cpus 3.0, gpus 2.0, capacity 8388608");
      assertThat(stores()).hasSize(1);
      jvm.sendLine("return");
      jvm.awaitExit(LIMIT);
    }
  }

  @Test
  void applicationConfIsOverriddenByTheEnvironmentAndBothBySystemProperties() throws Exception {
    var classes = Files.createDirectory(directory.resolve("classes"));
    Files.writeString(classes.resolve("application.conf"), """
        mobula {
          resources { cpus = 5, gpus = 4, custom { Licence = 7 } }
          store { capacity = 4 MiB, directory = "%s" }
        }
        """.formatted(directory));
    try (var jvm = ForkedJvm.of(NodeProgram.class)
        .classPathFirst(classes)
        .environment("MOBULA_RESOURCES_CPUS", "3")
        .environment("MOBULA_RESOURCES_GPUS", "2")
        .property("mobula.resources.cpus", "9")
        .start()) {
      assertThat(jvm.awaitLine("holds", LIMIT))
          .contains("cpus 9.0")
          .contains("gpus 2.0")
          .contains("capacity 4194304")
          .contains("licences 7.0");
      jvm.sendLine("return");
      jvm.awaitExit(LIMIT);
    }
  }

  @Test
  void aMalformedSettingEndsTheProgramWithItsKey() throws Exception {
    try (var jvm = holder().environment("MOBULA_RESOURCES_CPUS", "several").start()) {
      assertThat(jvm.awaitExit(LIMIT)).isNotZero();
      assertThat(jvm.errors())
          .anyMatch(line -> line.contains("mobula.resources.cpus") && line.contains("several"));
      assertThat(stores()).isEmpty();
    }
  }
}
