package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ActorHandle;
import io.mobula.CheckpointedActor;
import io.mobula.Mobula;
import io.mobula.ObjectRef;
import io.mobula.Settings;
import io.mobula.error.ActorCheckpointException;
import io.mobula.error.ActorDiedException;
import io.mobula.error.ActorNameException;
import io.mobula.error.InvalidRequestException;
import io.mobula.error.TaskFailedException;
import io.mobula.testkit.PollingAssert;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Test of checkpointed actors on a single node: what is saved and restored. */
class CheckpointedActorsTest {
  @TempDir
  private Path directory;

  /** Actor that counts, and fails to save or load on request. */
  static final class Counter implements CheckpointedActor<Object> {
    private long count;
    private String mode;

    Counter(String mode) {
      this.mode = mode;
    }

    @Override
    public @Nullable Object save() {
      return switch (mode) {
        case "null" -> null;
        case "thread" -> new Thread("not encodable");
        case "throws" -> throw new IllegalStateException("as told");
        case "error" -> throw new StackOverflowError("as told");
        default -> new long[] {count, mode.equals("unloadable") ? 1 : 0};
      };
    }

    @Override
    public void load(Object state) {
      var numbers = (long[]) state;
      if (numbers[1] == 1) {
        throw new IllegalArgumentException("it does not fit");
      }
      count = numbers[0];
    }

    long add(long more) {
      return count += more;
    }

    long get() {
      return count;
    }

    void mode(String next) {
      mode = next;
    }

    void fails() {
      count++;
      throw new IllegalStateException("a method's");
    }

    void breaks() {
      count += 1_000;
      throw new StackOverflowError("as told");
    }
  }

  static final class UncheckpointedActor {
    int one() {
      return 1;
    }
  }

  private Settings settings(boolean files) {
    var settings = Mobula.settings().storeCapacity(1 << 24);
    return files
        ? settings.set("mobula.actors.checkpoint-directory", directory.toString())
        : settings;
  }

  private static long count(ActorHandle<Counter> counter) {
    ObjectRef<Long> count = counter.call(Counter::get).remote();
    return count.get();
  }

  private static void breakOnce(ActorHandle<Counter> counter) {
    var broken = counter.tell(Counter::breaks).remote();
    assertThatThrownBy(broken::get).isInstanceOf(TaskFailedException.class);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anActorThatIsMadeAgainGoesOnFromItsLatestCheckpoint(boolean files) {
    try (var runtime = Mobula.init(settings(files))) {
      ActorHandle<Counter> counter =
          runtime.actor(Counter::new, "").maxRestarts(5).checkpointEvery(3).remote();
      for (int i = 0; i < 7; i++) {
        counter.call(Counter::add, 1L).remote();
      }
      breakOnce(counter);
      assertThat(count(counter)).isEqualTo(6);
      breakOnce(counter); // nothing was saved since
      assertThat(count(counter)).isEqualTo(6);
    }
  }

  @Test
  void aChangeIsSavedWithinTheInterval() throws Exception {
    try (var runtime = Mobula.init(settings(true))) {
      ActorHandle<Counter> counter = runtime
          .actor(Counter::new, "")
          .maxRestarts(1)
          .checkpointEvery(Duration.ofMillis(50))
          .remote();
      assertThat(counter.call(Counter::add, 5L).remote().get()).isEqualTo(5);
      PollingAssert.untilEqual(true, () -> !states().isEmpty());
      breakOnce(counter);
      assertThat(count(counter)).isEqualTo(5);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "thread", "throws", "error"})
  void aSaveThatFailsIsToldAndTheActorLives(String how) {
    try (var runtime = Mobula.init(settings(true))) {
      ActorHandle<Counter> counter =
          runtime.actor(Counter::new, "").maxRestarts(1).checkpointEvery(1).remote();
      assertThat(counter.call(Counter::add, 1L).remote().get()).isEqualTo(1);
      var unsaved = counter.tell(Counter::mode, how).remote();
      assertThatThrownBy(unsaved::get)
          .isInstanceOf(ActorCheckpointException.class)
          .hasMessageContaining("Counter.mode")
          .hasMessageContaining("its effect is not saved");
      counter.tell(Counter::mode, "").remote().get();
      assertThat(counter.call(Counter::add, 1L).remote().get()).isEqualTo(2);
      breakOnce(counter);
      assertThat(count(counter)).isEqualTo(2);
    }
  }

  @Test
  void aCallThatThrowsIsSavedWithWhatItHadChanged() {
    try (var runtime = Mobula.init(settings(true))) {
      ActorHandle<Counter> counter =
          runtime.actor(Counter::new, "").maxRestarts(1).checkpointEvery(1).remote();
      var failed = counter.tell(Counter::fails).remote();
      assertThatThrownBy(failed::get).isInstanceOf(TaskFailedException.class);
      breakOnce(counter);
      assertThat(count(counter)).isEqualTo(1);
    }
  }

  @Test
  void aLoadThatThrowsEndsTheActorWithThatCause() {
    try (var runtime = Mobula.init(settings(true))) {
      ActorHandle<Counter> counter = runtime
          .actor(Counter::new, "unloadable")
          .maxRestarts(5)
          .checkpointEvery(1)
          .remote();
      counter.call(Counter::add, 1L).remote().get();
      breakOnce(counter);
      var after = counter.call(Counter::get).remote();
      assertThatThrownBy(after::get)
          .isInstanceOf(ActorDiedException.class)
          .hasMessageContaining("its state cannot be restored")
          .hasMessageContaining("it does not fit");
    }
  }

  @Test
  void aClassThatSavesNothingIsRefused() {
    try (var runtime = Mobula.init(settings(true))) {
      var call = runtime
          .actor(UncheckpointedActor::new)
          .checkpointEvery(1)
          .remote()
          .call(UncheckpointedActor::one)
          .remote();
      assertThatThrownBy(call::get)
          .isInstanceOf(ActorDiedException.class)
          .hasMessageContaining(
              "UncheckpointedActor does not implement io.mobula.CheckpointedActor");
    }
  }

  @Test
  void whatCannotBeIsRefusedAtOnce() {
    try (var runtime = Mobula.init(settings(true))) {
      var counter = runtime.actor(Counter::new, "");
      assertThatThrownBy(() -> counter.checkpointEvery(1).maxConcurrency(2))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("maxConcurrency=2");
      assertThatThrownBy(() -> counter.checkpointEvery(0))
          .isInstanceOf(InvalidRequestException.class);
      assertThatThrownBy(() -> counter.checkpointEvery(Duration.ZERO))
          .isInstanceOf(InvalidRequestException.class);
      assertThatThrownBy(() -> counter.durable().remote())
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("without a name");
    }
  }

  @Test
  void aDurableActorComesBackWithTheNode() {
    try (var runtime = Mobula.init(settings(true))) {
      ActorHandle<Counter> counter = runtime
          .actor(Counter::new, "")
          .name("hits")
          .durable()
          .checkpointEvery(5)
          .remote();
      counter.call(Counter::add, 7L).remote().get();
    }
    try (var runtime = Mobula.init(settings(true))) {
      ActorHandle<Counter> counter = runtime.actorNamed("hits", Counter.class);
      assertThat(count(counter)).isEqualTo(7); // saved as the node closed
      counter.kill();
    }
    try (var runtime = Mobula.init(settings(true))) {
      assertThatThrownBy(() -> runtime.actorNamed("hits", Counter.class))
          .isInstanceOf(ActorNameException.class);
    }
  }

  @Test
  void aDurableActorNeedsADirectory() {
    try (var runtime = Mobula.init(settings(false))) {
      ActorHandle<Counter> counter =
          runtime.actor(Counter::new, "").name("hits").durable().remote();
      assertThatThrownBy(() -> count(counter))
          .isInstanceOf(ActorDiedException.class)
          .hasMessageContaining("has no mobula.actors.checkpoint-directory");
    }
  }

  @Test
  void whoAsksForAnActorWhoseClassIsNotThereIsToldWhyAndAnotherMayTakeTheName() {
    try (var runtime = Mobula.init(settings(true))) {
      ActorHandle<Counter> counter = runtime
          .actor(Counter::new, "")
          .name("hits")
          .durable()
          .checkpointEvery(1)
          .remote();
      counter.call(Counter::add, 3L).remote().get();
    }
    var without = settings(true).set("mobula.codec.allowed-classes", List.of("java.lang.*"));
    try (var runtime = Mobula.init(without)) {
      assertThatThrownBy(() -> count(runtime.actorNamed("hits", Counter.class)))
          .isInstanceOf(ActorCheckpointException.class)
          .hasMessageContaining("\"hits\"")
          .hasMessageContaining("cannot be restored")
          .hasMessageContaining("CheckpointedActorsTest");
    }
    try (var runtime = Mobula.init(settings(true))) {
      assertThat(count(runtime.actorNamed("hits", Counter.class))).isEqualTo(3);
    }
  }

  @Test
  void aDamagedCheckpointIsRefusedAndTheOneBeforeIsUsed() throws Exception {
    try (var runtime = Mobula.init(settings(true))) {
      ActorHandle<Counter> counter = runtime
          .actor(Counter::new, "")
          .name("hits")
          .durable()
          .checkpointEvery(1)
          .remote();
      for (int i = 0; i < 4; i++) {
        counter.call(Counter::add, 1L).remote().get();
      }
    }
    assertThat(states()).hasSize(2);
    alter(states().getLast());
    try (var runtime = Mobula.init(settings(true))) {
      assertThat(count(runtime.actorNamed("hits", Counter.class))).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whoAsksForAnActorThatCannotBeRestoredIsToldWhy(boolean cut) throws Exception {
    try (var runtime = Mobula.init(settings(true))) {
      ActorHandle<Counter> counter = runtime
          .actor(Counter::new, "")
          .name("hits")
          .durable()
          .checkpointEvery(1)
          .remote();
      counter.call(Counter::add, 1L).remote().get();
    }
    for (var state : states()) {
      if (cut) {
        cut(state);
      } else {
        alter(state);
      }
    }
    try (var runtime = Mobula.init(settings(true))) {
      assertThatThrownBy(() -> count(runtime.actorNamed("hits", Counter.class)))
          .isInstanceOf(ActorDiedException.class)
          .hasMessageContaining("None of the")
          .hasMessageContaining(cut ? "is cut off" : "was altered");
    }
  }

  /** Returns the files of checkpoints, oldest first. */
  private List<Path> states() throws IOException {
    try (var all = Files.walk(directory)) {
      return all.filter(file -> file.toString().endsWith(".state"))
          .sorted(Comparator.comparing(file -> Objects.toString(file.getFileName())))
          .toList();
    }
  }

  private static void alter(Path file) throws IOException {
    var bytes = Files.readAllBytes(file);
    bytes[bytes.length - 5] ^= 1; // the last byte of the state
    Files.write(file, bytes);
  }

  private static void cut(Path file) throws IOException {
    var bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 9));
  }
}
