package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ActorHandle;
import io.mobula.ObjectRef;
import io.mobula.ResultForm;
import io.mobula.error.ActorDiedException;
import io.mobula.error.InvalidRequestException;
import io.mobula.placement.Resources;
import io.mobula.testkit.PollingAssert;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Test of the beginning and the end of actors, and of their resources. */
class ActorLifecycleTest extends ContractTest {

  record ThrowingActor(String what) {
    ThrowingActor {
      if (what.startsWith("bad")) {
        throw new IllegalArgumentException(what);
      }
    }
  }

  static final class SlowStarter {
    SlowStarter(FileEventLog eventLog, FileLatch latch) throws Exception {
      eventLog.add("starting");
      try {
        latch.await();
      } catch (InterruptedException e) {
        eventLog.add("interrupted");
        throw e;
      }
    }

    int one() {
      return 1;
    }
  }

  // ---- beginning

  @Test
  void aConstructorThatThrowsFailsEveryCallWithItsCause() {
    var actor = runtime.actor(ThrowingActor::new, "bad start").remote();
    var ref = actor.call(ThrowingActor::what).remote();
    assertThatThrownBy(() -> ref.get(LONG))
        .isInstanceOf(ActorDiedException.class)
        .hasMessageContaining("ThrowingActor")
        .cause()
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("bad start");
    var later = actor.call(ThrowingActor::what).remote();
    assertThatThrownBy(() -> later.get(LONG)).isInstanceOf(ActorDiedException.class);
  }

  @Test
  void aConstructorWhoseArgumentFailsFailsEveryCall() throws Exception {
    var bad = runtime.task((Integer x) -> "x".repeat(1 / x), 0).remote();
    var actor = runtime.actor(ThrowingActor::new, bad).cpus(1).remote();
    assertThatThrownBy(() -> actor.call(ThrowingActor::what).remote().get(LONG))
        .isInstanceOf(ActorDiedException.class)
        .rootCause()
        .isInstanceOf(ArithmeticException.class);
    awaitFreeResources();
  }

  @Test
  void whatAnActorAskedForIsHeldForLife() throws Exception {
    awaitFreeResources();
    var actor = runtime.actor(FailingActor::new, eventLog()).cpus(2).gpus(0.5).remote();
    actor.call(FailingActor::count).remote().get();
    assertThat(runtime.availableResources().amount(Resources.CPU)).isEqualTo(2);
    assertThat(runtime.availableResources().amount(Resources.GPU)).isEqualTo(1.5);
    actor.kill();
    awaitFreeResources();
  }

  @Test
  void byDefaultAnActorNeedsACpuToBePlacedAndNoneToRun() throws Exception {
    var actors = new ArrayList<ActorHandle<FailingActor>>();
    for (int i = 0; i < 20; i++) {
      actors.add(runtime.actor(FailingActor::new, eventLog()).remote());
    }
    for (var actor : actors) {
      assertThat(actor.call(FailingActor::count).remote().get(LONG)).isEqualTo(1);
    }
    awaitFreeResources();
    actors.forEach(ActorHandle::kill);
  }

  // ---- killing and draining

  @Test
  void killInterruptsTheRunningMethodAndFailsWhatWaits() throws Exception {
    for (int concurrency : List.of(1, 2)) {
      var journal = eventLog();
      var actor = runtime
          .actor(FailingActor::new, journal)
          .cpus(1)
          .maxConcurrency(concurrency)
          .name("victim")
          .remote();
      var running = actor.call(FailingActor::hold, latch()).remote();
      var waiting = actor.call(FailingActor::hold, latch()).remote();
      journal.await("enter", concurrency);
      actor.kill();
      actor.kill();
      for (var ref :
          List.of(running, waiting, actor.call(FailingActor::hold, latch()).remote())) {
        assertThatThrownBy(() -> ref.get(LONG))
            .isInstanceOf(ActorDiedException.class)
            .hasMessageContaining("victim")
            .hasMessageContaining("killed");
      }
      journal.await("interrupted, cancelled", concurrency);
      awaitFreeResources();
    }
  }

  @Test
  void killedActorsAreNotRestarted() throws Exception {
    var journal = eventLog();
    var actor = runtime.actor(FailingActor::new, journal).maxRestarts(5).remote();
    actor.call(FailingActor::count).remote().get();
    actor.kill();
    assertThatThrownBy(() -> actor.call(FailingActor::count).remote().get(LONG))
        .isInstanceOf(ActorDiedException.class);
    assertThat(journal.count("made")).isEqualTo(1);
  }

  @Test
  void killInterruptsAConstructorToo() throws Exception {
    var journal = eventLog();
    var actor = runtime.actor(SlowStarter::new, journal, latch()).cpus(1).remote();
    journal.await("starting", 1);
    actor.kill();
    journal.await("interrupted", 1);
    assertThatThrownBy(() -> actor.call(SlowStarter::one).remote().get(LONG))
        .isInstanceOf(ActorDiedException.class);
    awaitFreeResources();
  }

  @Test
  void anActorThatWaitsForRoomCanBeKilled() throws Exception {
    var holder = runtime.actor(FailingActor::new, eventLog()).cpus(4).remote();
    holder.call(FailingActor::count).remote().get();
    var waiting = runtime.actor(FailingActor::new, eventLog()).cpus(4).remote();
    var ref = waiting.call(FailingActor::count).remote();
    waiting.kill();
    assertThatThrownBy(() -> ref.get(LONG)).isInstanceOf(ActorDiedException.class);
    PollingAssert.until("it no longer waits", () -> runtime.waiting().isEmpty());
    holder.kill();
    awaitFreeResources();
  }

  @Test
  void resourcesGoHomeOnlyWhenAKilledMethodHasEnded() throws Exception {
    awaitFreeResources();
    for (int concurrency : List.of(1, 2)) {
      var journal = eventLog();
      var latch = latch();
      var actor = runtime
          .actor(FailingActor::new, journal)
          .cpus(4)
          .maxConcurrency(concurrency)
          .remote();
      actor.call(FailingActor::holdStubbornly, latch).remote();
      journal.await("enter", 1);
      actor.kill();
      var next = runtime
          .task(
              (FileEventLog j) -> {
                j.add("next");
                return 1;
              },
              journal)
          .cpus(4)
          .remote();
      PollingAssert.until(
          "the next task waits or ran",
          () -> next.isReady()
              || runtime.waiting().stream().anyMatch(waiting -> waiting.why().contains("lacks")));
      latch.open();
      assertThat(next.get(LONG)).isEqualTo(1);
      journal.await("leave", 1);
      assertThat(journal.events()).containsExactly("made", "enter", "leave", "next");
      awaitFreeResources();
    }
  }

  @Test
  void drainLetsItAnswerWhatItHasBeenSent() throws Exception {
    var journal = eventLog();
    var latch = latch();
    var actor = runtime.actor(FailingActor::new, journal).cpus(1).remote();
    var running = actor.call(FailingActor::hold, latch).remote();
    var waiting = actor.call(FailingActor::count).remote();
    var drained = actor.drain(LONG);
    assertThatThrownBy(() -> actor.call(FailingActor::count).remote().get(LONG))
        .isInstanceOf(ActorDiedException.class)
        .hasMessageContaining("drained");
    assertThat(drained).isNotDone();
    latch.open();
    assertThat(running.get(LONG)).isEqualTo(1);
    assertThat(waiting.get(LONG)).isEqualTo(1);
    drained.get(30, TimeUnit.SECONDS);
    awaitFreeResources();
    actor.drain(LONG).get(30, TimeUnit.SECONDS);
  }

  @Test
  void drainKillsWhatIsNotDoneInTime() throws Exception {
    var journal = eventLog();
    var actor = runtime.actor(FailingActor::new, journal).remote();
    var running = actor.call(FailingActor::hold, latch()).remote();
    journal.await("enter", 1);
    actor.drain(Duration.ofMillis(50)).get(30, TimeUnit.SECONDS);
    assertThatThrownBy(() -> running.get(LONG)).isInstanceOf(ActorDiedException.class);
  }

  @Test
  void limitsOfDrainThatCannotBeAreRefused() throws Exception {
    var actor = runtime.actor(FailingActor::new, eventLog()).remote();
    assertThatThrownBy(() -> actor.drain(Duration.ofMillis(-1)))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> actor.drain(null)).isInstanceOf(NullPointerException.class);
    assertThat(actor.call(FailingActor::count).remote().get(LONG)).isEqualTo(1);
    actor.drain(Duration.ofSeconds(Long.MAX_VALUE)).get(30, TimeUnit.SECONDS);
  }

  /** Actor that returns a stage without {@code toCompletableFuture}, as the JDK allows. */
  static final class MinimalStageActor {
    CompletionStage<Integer> never() {
      return new CompletableFuture<Integer>().minimalCompletionStage();
    }
  }

  @Test
  void anActorWithAStageThatNobodyCanCancelIsKilledAllTheSame() {
    var actor = runtime.actor(MinimalStageActor::new).remote();
    ObjectRef<Integer> first = actor.call(MinimalStageActor::never).remote(ResultForm.async());
    ObjectRef<Integer> second = actor.call(MinimalStageActor::never).remote(ResultForm.async());
    actor.kill();
    assertThatThrownBy(() -> first.get(LONG)).isInstanceOf(ActorDiedException.class);
    assertThatThrownBy(() -> second.get(LONG)).isInstanceOf(ActorDiedException.class);
  }
}
