package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ActorHandle;
import io.mobula.CheckpointedActor;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.Settings;
import io.mobula.error.ActorDiedException;
import io.mobula.testkit.PollingAssert;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Test of the files of checkpoints: their removal and their owners. */
@Timeout(60)
class CheckpointFilesTest {
  private static volatile CountDownLatch begun = new CountDownLatch(1);
  private static volatile CountDownLatch goOn = new CountDownLatch(1);

  @TempDir
  private Path directory;

  /** Actor that counts, and can block in a method that ignores interrupts. */
  static final class Counter implements CheckpointedActor<Long> {
    private long count;

    @Override
    public Long save() {
      return count;
    }

    @Override
    public void load(Long state) {
      count = state;
    }

    long add(long more) {
      return count += more;
    }

    long stay() {
      begun.countDown();
      boolean over = false;
      while (!over) {
        try {
          over = goOn.await(1, TimeUnit.MINUTES);
        } catch (InterruptedException unheeded) {
          Thread.interrupted();
        }
      }
      return count += 100;
    }

    void breaks() {
      throw new StackOverflowError("as told");
    }
  }

  private MobulaRuntime runtime() {
    return Mobula.init(settings());
  }

  private Settings settings() {
    return Mobula.settings()
        .storeCapacity(1 << 24)
        .set("mobula.actors.checkpoint-directory", directory.toString());
  }

  private static ActorHandle<Counter> durable(MobulaRuntime runtime) {
    return runtime.actor(Counter::new).name("hits").durable().checkpointEvery(1).remote();
  }

  private static long add(ActorHandle<Counter> counter, long more) {
    ObjectRef<Long> count = counter.call(Counter::add, more).remote();
    return count.get();
  }

  /**
   * Returns the entries in the clusters' directories with that prefix; some may be removed
   * concurrently.
   */
  private List<Path> directories(String prefix) {
    return entries(directory).stream()
        .flatMap(cluster -> entries(cluster).stream())
        .filter(entry -> entry.getFileName().toString().startsWith(prefix))
        .toList();
  }

  private static List<Path> entries(Path of) {
    var names = Objects.requireNonNullElse(of.toFile().list(), new String[0]);
    return Arrays.stream(names).map(of::resolve).toList();
  }

  // ---- names

  @ParameterizedTest
  @CsvSource({"true, true", "true, false", "false, true", "false, false"})
  void aDurableActorThatIsEndedGivesItsNameBackWhenItsFilesAreGone(
      boolean killed, boolean clustered) throws Exception {
    begun = new CountDownLatch(1);
    goOn = new CountDownLatch(1);
    try (var runtime = Mobula.init(clustered ? settings().listen(0) : settings())) {
      var former = durable(runtime);
      assertThat(add(former, 5)).isEqualTo(5);
      former.call(Counter::stay).remote();
      begun.await();
      if (killed) {
        former.kill();
      } else {
        var _ = former.drain(Duration.ofSeconds(30));
      }
      var maker = new CompletableFuture<Thread>();
      var made = CompletableFuture.supplyAsync(
          () -> durable(runtime), work -> maker.complete(Thread.startVirtualThread(work)));
      PollingAssert.untilEqual(
          Thread.State.TIMED_WAITING, () -> maker.join().getState()); // waits for the name
      assertThat(directories("named-")).hasSize(1);
      goOn.countDown();
      assertThat(add(made.get(30, TimeUnit.SECONDS), 1)).isEqualTo(1); // and not 6 or 106
    }
    try (var runtime = runtime()) {
      assertThat(add(runtime.actorNamed("hits", Counter.class), 1)).isEqualTo(2);
    }
  }

  @Test
  void aDurableActorThatItsOwnProcessKillsDoesNotComeBack() throws Exception {
    try (var runtime = Mobula.init(settings().listen(0))) {
      var counter = durable(runtime);
      assertThat(add(counter, 5)).isEqualTo(5);
      counter.kill();
      assertThat(add(durable(runtime), 1)).isEqualTo(1);
      runtime.actorNamed("hits", Counter.class).kill();
    }
    assertThat(directories("named-")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aDurableActorThatHasDiedIsKilledAndTheNextOfItsNameKeepsItsFiles(boolean clustered)
      throws Exception {
    begun = new CountDownLatch(1);
    goOn = new CountDownLatch(1);
    try (var runtime = Mobula.init(clustered ? settings().listen(0) : settings())) {
      ActorHandle<Counter> former =
          runtime.actor(Counter::new).name("hits").durable().maxConcurrency(2).remote();
      former.call(Counter::stay).remote();
      begun.await();
      former.tell(Counter::breaks).remote();
      assertThatThrownBy(() -> add(former, 1)).isInstanceOf(ActorDiedException.class);
      assertThat(add(durable(runtime), 1)).isEqualTo(1);
      former.kill();
      var gone = former.drain(Duration.ofSeconds(30));
      goOn.countDown();
      gone.get(30, TimeUnit.SECONDS);
    }
    try (var runtime = runtime()) {
      assertThat(add(runtime.actorNamed("hits", Counter.class), 1)).isEqualTo(2);
    }
  }

  // ---- leftovers

  private void leaveFiles() {
    try (var runtime = runtime()) {
      assertThat(add(durable(runtime), 7)).isEqualTo(7);
      ActorHandle<Counter> other =
          runtime.actor(Counter::new).checkpointEvery(1).remote();
      assertThat(add(other, 3)).isEqualTo(3);
    }
    assertThat(directories("actor-")).hasSize(1);
    assertThat(directories("process-")).isEmpty();
  }

  @Test
  void whatACrashedClusterHasLeftOfActorsThatDoNotComeBackIsRemoved() throws Exception {
    leaveFiles();
    var cluster = directories("actor-").getFirst().getParent();
    Files.writeString(cluster.resolve("process-1"), boot()); // of a killed process
    try (var runtime = runtime()) {
      PollingAssert.untilEqual(0, () -> directories("actor-").size());
      PollingAssert.untilEqual(1, () -> directories("process-").size());
      assertThat(add(runtime.actorNamed("hits", Counter.class), 1)).isEqualTo(8);
    }
  }

  @Test
  void whatALivingProcessMayNeedStays() throws Exception {
    try (var first = runtime()) {
      ActorHandle<Counter> counter =
          first.actor(Counter::new).maxRestarts(1).checkpointEvery(1).remote();
      assertThat(add(counter, 3)).isEqualTo(3);
      try (var second = runtime()) {
        assertThat(second.nodeId()).isNotEqualTo(first.nodeId());
        assertThat(directories("process-")).hasSize(2);
      }
      try (var third = runtime()) { // the first runtime still has its lock
        assertThat(third.nodeId()).isNotEqualTo(first.nodeId());
        assertThat(directories("actor-")).hasSize(1);
      }
      counter.tell(Counter::breaks).remote();
      assertThat(add(counter, 1)).isEqualTo(4);
    }
  }

  @Test
  void ofAProcessOfAnotherHostIsKnownAfterADayThatItIsGone() throws Exception {
    leaveFiles();
    var cluster = directories("actor-").getFirst().getParent();
    var mark = Files.writeString(cluster.resolve("process-1"), "another boot of a machine");
    runtime().close();
    assertThat(directories("actor-")).hasSize(1);
    Files.setLastModifiedTime(mark, FileTime.from(Instant.now().minus(Duration.ofHours(25))));
    try (var runtime = runtime()) {
      PollingAssert.untilEqual(0, () -> directories("actor-").size());
      PollingAssert.untilEqual(false, () -> Files.exists(mark));
      assertThat(add(runtime.actorNamed("hits", Counter.class), 1)).isEqualTo(8);
    }
  }

  private static String boot() throws IOException {
    return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
  }

  // ---- terms

  @Test
  void anActorThatFailsBeforeItsFirstCheckpointIsMadeAgain() {
    try (var runtime = runtime()) {
      ActorHandle<Counter> counter =
          runtime.actor(Counter::new).maxRestarts(2).checkpointEvery(10).remote();
      assertThat(add(counter, 3)).isEqualTo(3);
      counter.tell(Counter::breaks).remote();
      assertThat(add(counter, 1)).isEqualTo(1);
      counter.tell(Counter::breaks).remote();
      assertThat(add(counter, 1)).isEqualTo(1);
    }
  }

  @Test
  void whatAnotherHostHasTakenUpIsNotTakenUpAgain() throws Exception {
    try (var runtime = runtime()) {
      ActorHandle<Counter> counter =
          runtime.actor(Counter::new).maxRestarts(5).checkpointEvery(1).remote();
      assertThat(add(counter, 3)).isEqualTo(3);
      counter.tell(Counter::breaks).remote();
      assertThat(add(counter, 1)).isEqualTo(4);
      var latest = latest();
      var term = Long.parseLong(latest.getFileName().toString().split("\\.")[0]);
      Files.copy(latest, latest.resolveSibling(term + 1 + ".0.state")); // as if by a successor
      counter.tell(Counter::breaks).remote();
      assertThatThrownBy(() -> add(counter, 1))
          .isInstanceOf(ActorDiedException.class)
          .hasMessageContaining("lives on another node")
          .hasMessageContaining("checkpoint " + (term + 1) + ".0");
    }
  }

  private Path latest() throws IOException {
    try (var all = Files.walk(directory)) {
      return all.filter(file -> file.toString().endsWith(".state"))
          .max(Comparator.comparing(file -> Objects.toString(file.getFileName())))
          .orElseThrow();
    }
  }
}
