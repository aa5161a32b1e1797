package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.error.ActorDiedException;
import io.mobula.error.TaskFailedException;
import org.junit.jupiter.api.Test;

/** Test of actors that fail, restart, and run a call again. */
class ActorRestartsTest extends ContractTest {

  @Test
  void anErrorEndsAnActorThatMayNotRestart() throws Exception {
    var journal = eventLog();
    var actor = runtime.actor(FailingActor::new, journal).cpus(1).remote();
    var ref = actor.call(FailingActor::crash).remote();
    assertThatThrownBy(() -> ref.get(LONG))
        .isInstanceOf(TaskFailedException.class)
        .hasCauseInstanceOf(StackOverflowError.class);
    assertThatThrownBy(() -> actor.call(FailingActor::count).remote().get(LONG))
        .isInstanceOf(ActorDiedException.class)
        .hasMessageContaining("too deep")
        .hasCauseInstanceOf(StackOverflowError.class);
    awaitFreeResources();
  }

  @Test
  void anErrorMakesTheActorAnewAsOftenAsItMayRestart() throws Exception {
    var journal = eventLog();
    var actor = runtime.actor(FailingActor::new, journal).maxRestarts(2).remote();
    assertThat(actor.call(FailingActor::count).remote().get(LONG)).isEqualTo(1);
    assertThat(actor.call(FailingActor::count).remote().get(LONG)).isEqualTo(2);
    for (int i = 0; i < 2; i++) {
      var crashed = actor.call(FailingActor::crash).remote();
      var next = actor.call(FailingActor::count).remote();
      assertThatThrownBy(() -> crashed.get(LONG)).isInstanceOf(TaskFailedException.class);
      assertThat(next.get(LONG)).isEqualTo(1);
    }
    assertThat(journal.count("made")).isEqualTo(3);
    actor.call(FailingActor::crash).remote();
    assertThatThrownBy(() -> actor.call(FailingActor::count).remote().get(LONG))
        .isInstanceOf(ActorDiedException.class)
        .hasMessageContaining("2 restarts");
    assertThat(journal.count("made")).isEqualTo(3);
  }

  @Test
  void theCallThatWasUnderWayIsMadeAgainIfThatWasAskedFor() throws Exception {
    var journal = eventLog();
    var actor = runtime
        .actor(FailingActor::new, journal)
        .maxRestarts(1)
        .maxCallRetries(1)
        .remote();
    var ref = actor.call(FailingActor::crashOnce).remote();
    var behind = actor.call(FailingActor::count).remote();
    assertThat(ref.get(LONG)).isEqualTo(7);
    assertThat(behind.get(LONG)).isEqualTo(1);
    assertThat(journal.events())
        .containsExactly("made", "once, attempt 1", "made", "once, attempt 2");
  }

  @Test
  void aCallIsNotMadeAgainMoreOftenThanAskedFor() throws Exception {
    var journal = eventLog();
    var actor = runtime
        .actor(FailingActor::new, journal)
        .maxRestarts(10)
        .maxCallRetries(2)
        .remote();
    assertThatThrownBy(() -> actor.call(FailingActor::crash).remote().get(LONG))
        .isInstanceOf(TaskFailedException.class);
    assertThat(actor.call(FailingActor::count).remote().get(LONG)).isEqualTo(1);
    assertThat(journal.events().stream().filter(event -> event.startsWith("crash")))
        .hasSize(3);
  }

  @Test
  void concurrentActorsRestartToo() throws Exception {
    var journal = eventLog();
    var actor = runtime
        .actor(FailingActor::new, journal)
        .maxConcurrency(4)
        .maxRestarts(1)
        .maxCallRetries(1)
        .remote();
    assertThat(actor.call(FailingActor::crashOnce).remote().get(LONG)).isEqualTo(7);
    assertThat(actor.call(FailingActor::count).remote().get(LONG)).isEqualTo(1);
    assertThat(journal.count("made")).isEqualTo(2);
    actor.kill();
  }

  /** Actor that throws an error from two concurrent methods. */
  static final class DoubleFailingActor {
    int fail(FileLatch latch, FileEventLog eventLog) throws Exception {
      eventLog.add("enter");
      latch.await();
      throw new AssertionError("both");
    }

    int one() {
      return 1;
    }
  }

  @Test
  void oneBadObjectUsesUpOneRestart() throws Exception {
    var latch = latch();
    var actor =
        runtime.actor(DoubleFailingActor::new).maxConcurrency(2).maxRestarts(1).remote();
    var journal = eventLog();
    var first = actor.call(DoubleFailingActor::fail, latch, journal).remote();
    var second = actor.call(DoubleFailingActor::fail, latch, journal).remote();
    journal.await("enter", 2); // both run on the first object
    latch.open();
    assertThatThrownBy(() -> first.get(LONG)).isInstanceOf(TaskFailedException.class);
    assertThatThrownBy(() -> second.get(LONG)).isInstanceOf(TaskFailedException.class);
    assertThat(actor.call(DoubleFailingActor::one).remote().get(LONG)).isEqualTo(1);
  }
}
