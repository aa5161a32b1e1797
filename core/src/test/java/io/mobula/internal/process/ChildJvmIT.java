package io.mobula.internal.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.NodeId;
import io.mobula.error.ProcessException;
import io.mobula.testkit.PollingAssert;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ChildJvmIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private final List<String> lines = new CopyOnWriteArrayList<>();

  @Test
  void saysThatItIsUpTakesItsInputAndEndsWhenAsked() throws Exception {
    try (var child = start(plan(ChildMains.StoppableMain.class).input("{\"a\": 1}"))) {
      var ready = child.awaitReady(LIMIT);
      assertThat(ready).isEqualTo(new ReadyNotice("127.0.0.1:7", new NodeId(0xabcL)));
      assertThat(child.isAlive()).isTrue();
      assertThat(child.end(LIMIT)).isEqualTo(ChildJvm.EndKind.ON_REQUEST);
      assertThat(exitCode(child)).isZero();
      assertThat(child.end(LIMIT)).isEqualTo(ChildJvm.EndKind.ALREADY_ENDED);
      assertThat(lines).containsExactlyInAnyOrder("OUT told {\"a\": 1}", "ERR a complaint");
    }
  }

  @Test
  void getsTheFlagsPropertiesArgumentsAndEnvironmentItIsGiven(@TempDir Path folder) {
    var plan = plan(ChildMains.FailingMain.class)
        .property("colour", "blue")
        .arguments("a", "b")
        .classPath(List.of(folder))
        .environment("COLOUR", "green");

    assertThat(plan.command())
        .containsSubsequence(
            "--sun-misc-unsafe-memory-access=allow",
            "-Dcolour=blue",
            "-cp",
            folder + ":" + System.getProperty("java.class.path"),
            ChildMains.FailingMain.class.getName(),
            "a",
            "b");
    assertThat(plan.builder().environment())
        .containsEntry("COLOUR", "green")
        .doesNotContainKeys("JAVA_TOOL_OPTIONS");
  }

  @Test
  void aFailureAtTheStartIsToldWithExitCodeAndLastLines() throws Exception {
    try (var child = start(plan(ChildMains.FailingMain.class).arguments("x", "y"))) {
      assertThatThrownBy(() -> child.awaitReady(LIMIT))
          .isInstanceOf(ProcessException.class)
          .hasMessageContaining("child (pid " + child.pid() + ")")
          .hasMessageContaining("exit code 3")
          .hasMessageContaining("I try")
          .hasMessageContaining("no luck with x,y");
      assertThat(exitCode(child)).isEqualTo(3);
    }
  }

  @Test
  void oneThatDoesNotComeUpInTimeIsKilled() throws Exception {
    try (var child = start(plan(ChildMains.UnresponsiveMain.class))) {
      assertThatThrownBy(() -> child.awaitReady(Duration.ofMillis(1)))
          .isInstanceOf(ProcessException.class)
          .hasMessageContaining("was not up after PT0.001S");
      assertThat(exitCode(child)).isEqualTo(137);
    }
  }

  @Test
  @Tag("long")
  void oneThatSaysThatItIsStartingIsWaitedFor() throws Exception {
    try (var child = start(plan(ChildMains.SlowStartMain.class).arguments("7"))) {
      PollingAssert.until("the process has printed", () -> !lines.isEmpty());
      assertThat(child.awaitReady(Duration.ofSeconds(4)).node()).isEqualTo(new NodeId(3));
      assertThat(lines).containsExactly("OUT slow");
    }
  }

  @Test
  @Tag("long")
  void oneThatSaysSoForTooLongIsKilled() throws Exception {
    try (var child = start(plan(ChildMains.SlowStartMain.class).arguments("600"))) {
      PollingAssert.until("the process has printed", () -> !lines.isEmpty());
      assertThatThrownBy(() -> child.awaitReady(Duration.ofMillis(1_500)))
          .isInstanceOf(ProcessException.class)
          .hasMessageContaining("was not up after");
      assertThat(exitCode(child)).isEqualTo(137);
    }
  }

  @Test
  void oneThatIsDeafIsTerminated() throws Exception {
    try (var child = start(plan(ChildMains.UnresponsiveMain.class))) {
      PollingAssert.until("the process has printed", () -> !lines.isEmpty());
      assertThat(child.end(Duration.ofMillis(1))).isEqualTo(ChildJvm.EndKind.TERMINATED);
      assertThat(exitCode(child)).isEqualTo(143);
    }
  }

  @Test
  void oneWhoseShutdownHangsHalts() throws Exception {
    try (var child = start(plan(ChildMains.HangingShutdownMain.class))) {
      child.awaitReady(LIMIT);
      assertThat(child.end(LIMIT)).isEqualTo(ChildJvm.EndKind.ON_REQUEST);
      assertThat(exitCode(child)).isEqualTo(ParentWatch.HALTED);
    }
  }

  @Test
  void aChildEndsWhenItsParentIsKilled(@TempDir Path folder) throws Exception {
    var held = Files.createFile(folder.resolve("held"));
    try (var parent = start(plan(ChildMains.ParentMain.class).arguments(held.toString()))) {
      parent.awaitReady(LIMIT);
      assertThat(isFree(held)).isFalse();

      parent.kill();

      PollingAssert.until("the lock is free", () -> isFree(held));
    }
  }

  @Test
  void refusesToTellMoreThanAPipeHolds() {
    assertThatThrownBy(
            () -> start(plan(ChildMains.UnresponsiveMain.class).input("x".repeat(70_000))))
        .isInstanceOf(ProcessException.class)
        .hasMessageContaining("70001 bytes");
  }

  private ChildJvm start(ChildPlan plan) {
    return ChildJvm.start(plan, (stream, line) -> lines.add(stream + " " + line));
  }

  private static ChildPlan plan(Class<?> main) {
    return ChildPlan.of("child", main.getName()).flags(List.of("-XX:TieredStopAtLevel=1"));
  }

  private static int exitCode(ChildJvm child) throws Exception {
    return child.ended().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  /**
   * Returns whether no process holds the lock. The kernel releases a lock when its process ends,
   * even if nobody has waited for the process.
   */
  private static boolean isFree(Path file) throws Exception {
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      return channel.tryLock() != null;
    }
  }

  /** Condition whose evaluation may fail. */
}
