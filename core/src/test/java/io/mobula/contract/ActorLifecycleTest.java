package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import io.mobula.ActorHandle;
import io.mobula.Mobula;
import io.mobula.ObjectRef;
import io.mobula.Resources;
import io.mobula.error.ActorDiedException;
import io.mobula.error.ActorNameException;
import io.mobula.error.InvalidRequestException;
import io.mobula.error.PendingCallsExceededException;
import io.mobula.error.TaskFailedException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Test of the life cycle of actors: start, failure, restart, lookup by name, end. */
class ActorLifecycleTest extends ContractTest {

  static final class FailingActor {
    private final FileEventLog eventLog;
    private int calls;

    FailingActor(FileEventLog eventLog) throws IOException {
      this.eventLog = eventLog;
      eventLog.add("made");
    }

    int count() {
      return ++calls;
    }

    int crash() throws IOException {
      eventLog.add("crash, attempt " + Mobula.context().attempt());
      throw new StackOverflowError("too deep");
    }

    int crashOnce() throws IOException {
      eventLog.add("once, attempt " + Mobula.context().attempt());
      if (Mobula.context().attempt() == 1) {
        throw new StackOverflowError("once");
      }
      return 7;
    }

    int hold(FileLatch latch) throws Exception {
      eventLog.add("enter");
      try {
        latch.await();
      } catch (InterruptedException e) {
        eventLog.add(Mobula.context().isCancelled() ? "interrupted, cancelled" : "interrupted");
        throw e;
      }
      eventLog.add("leave");
      return 1;
    }

    int holdStubbornly(FileLatch latch) throws Exception {
      eventLog.add("enter");
      latch.awaitUninterruptibly();
      eventLog.add("leave");
      return 1;
    }
  }

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

  private void idle() throws Exception {
    PollingAssert.untilEqual(runtime.totalResources(), runtime::availableResources);
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
    idle();
  }

  @Test
  void aDeadActorsNameIsFreeAgain() {
    var dead = runtime.actor(ThrowingActor::new, "bad").name("phoenix").remote();
    assertThatThrownBy(() -> dead.call(ThrowingActor::what).remote().get(LONG))
        .isInstanceOf(ActorDiedException.class);
    var alive = runtime.actor(ThrowingActor::new, "good").name("phoenix").remote();
    assertThat(alive.call(ThrowingActor::what).remote().get(LONG)).isEqualTo("good");
    alive.kill();
  }

  @Test
  void whatAnActorAskedForIsHeldForLife() throws Exception {
    idle();
    var actor = runtime.actor(FailingActor::new, eventLog()).cpus(2).gpus(0.5).remote();
    actor.call(FailingActor::count).remote().get();
    assertThat(runtime.availableResources().amount(Resources.CPU)).isEqualTo(2);
    assertThat(runtime.availableResources().amount(Resources.GPU)).isEqualTo(1.5);
    actor.kill();
    idle();
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
    idle();
    actors.forEach(ActorHandle::kill);
  }

  // ---- failing and restarting

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
    idle();
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
      idle();
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
    idle();
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
    idle();
  }

  @Test
  void resourcesGoHomeOnlyWhenAKilledMethodHasEnded() throws Exception {
    idle();
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
              || runtime.waiting().stream()
                  .anyMatch(waiting -> waiting.why().contains("not enough")));
      latch.open();
      assertThat(next.get(LONG)).isEqualTo(1);
      journal.await("leave", 1);
      assertThat(journal.events()).containsExactly("made", "enter", "leave", "next");
      idle();
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
    idle();
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

  // ---- pending calls

  @Test
  void callsBeyondTheLimitOfPendingOnesAreRefused() throws Exception {
    var latch = latch();
    var actor = runtime
        .actor(FailingActor::new, eventLog())
        .maxPendingCalls(2)
        .name("busy")
        .remote();
    var one = actor.call(FailingActor::hold, latch).remote();
    var two = actor.call(FailingActor::count).remote();
    assertThatThrownBy(() -> actor.call(FailingActor::count).remote())
        .isInstanceOf(PendingCallsExceededException.class)
        .hasMessageContaining("busy")
        .hasMessageContaining("2");
    latch.open();
    runtime.get(List.of(one, two), LONG);
    PollingAssert.until("there is room again", () -> {
      try {
        actor.call(FailingActor::count).remote().get();
        return true;
      } catch (PendingCallsExceededException notYet) {
        return false;
      }
    });
    actor.kill();
  }

  @Test
  void refusedAndUnencodableCallsDoNotCountAsPending() {
    var actor = runtime.actor(FailingActor::new, eventLog()).maxPendingCalls(1).remote();
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(() -> actor
              .call((FailingActor f, Object x) -> 1, (Object) new Thread(() -> {}))
              .remote())
          .isInstanceOf(io.mobula.error.CodecException.class);
    }
    assertThat(actor.call(FailingActor::count).remote().get(LONG)).isEqualTo(1);
  }

  @Test
  void impossibleOptionsAreRefusedWhenTheyAreSaid() {
    var call = runtime.actor(FailingActor::new, eventLog());
    assertThatThrownBy(() -> call.maxConcurrency(0)).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> call.maxPendingCalls(0)).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> call.maxRestarts(-1)).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> call.maxCallRetries(-1)).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> call.cpus(-1)).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> call.gpus(Double.NaN)).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> call.name(" ")).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> call.name(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(call::getIfExists).isInstanceOf(InvalidRequestException.class);
  }

  // ---- names

  @Test
  void anActorIsFoundByItsName() {
    var actor = runtime.actor(FailingActor::new, eventLog()).name("found").remote();
    assertThat(actor.call(FailingActor::count).remote().get()).isEqualTo(1);
    assertThat(runtime
            .actorNamed("found", FailingActor.class)
            .call(FailingActor::count)
            .remote()
            .get())
        .isEqualTo(2);
    assertThat(Mobula.actorNamed("found", FailingActor.class)).isEqualTo(actor);
    assertThat(runtime
            .task(() -> Mobula.actorNamed("found", FailingActor.class)
                .call(FailingActor::count)
                .remote()
                .get())
            .remote()
            .get(LONG))
        .isEqualTo(3);
    assertThatThrownBy(() -> runtime.actorNamed("found", String.class))
        .isInstanceOf(ActorNameException.class)
        .hasMessageContaining("FailingActor");
    actor.kill();
    assertThatThrownBy(() -> runtime.actorNamed("found", FailingActor.class))
        .isInstanceOf(ActorNameException.class)
        .hasMessageContaining("found");
    assertThatThrownBy(() -> runtime.actorNamed(null, FailingActor.class))
        .isInstanceOf(NullPointerException.class);
  }

  @Test
  void aTakenNameIsRefusedUnlessItsHolderIsWelcome() throws Exception {
    var journal = eventLog();
    var actor = runtime.actor(FailingActor::new, journal).name("taken").remote();
    actor.call(FailingActor::count).remote().get();
    assertThatThrownBy(
            () -> runtime.actor(FailingActor::new, journal).name("taken").remote())
        .isInstanceOf(ActorNameException.class)
        .hasMessageContaining("taken")
        .hasMessageContaining("getIfExists");
    var same =
        runtime.actor(FailingActor::new, journal).name("taken").getIfExists().remote();
    assertThat(same).isEqualTo(actor);
    assertThat(same.call(FailingActor::count).remote().get()).isEqualTo(2);
    assertThat(journal.count("made")).isEqualTo(1);
    actor.kill();
    var other =
        runtime.actor(FailingActor::new, journal).name("taken").getIfExists().remote();
    assertThat(other).isNotEqualTo(actor);
    assertThat(other.call(FailingActor::count).remote().get()).isEqualTo(1);
    other.kill();
  }

  @Test
  void manyThatWantOneNameGetOneActor() throws Exception {
    var journal = eventLog();
    var tasks = new ArrayList<ObjectRef<Integer>>();
    var keep = runtime.actor(ArrayList<String>::new).remote();
    for (int i = 0; i < 20; i++) {
      tasks.add(runtime
          .task(
              (FileEventLog j) -> Mobula.actor(FailingActor::new, j)
                  .name("single")
                  .getIfExists()
                  .detached()
                  .remote()
                  .call(FailingActor::count)
                  .remote()
                  .get(),
              journal)
          .remote());
    }
    assertThat(runtime.get(tasks, LONG)).doesNotHaveDuplicates().contains(1, 20);
    assertThat(journal.count("made")).isEqualTo(1);
    runtime.actorNamed("single", FailingActor.class).kill();
    keep.kill();
  }

  // ---- reachability

  private void makeAndForget(String name, boolean detached) {
    var call = runtime.actor(FailingActor::new, eventLog()).name(name);
    (detached ? call.detached() : call)
        .remote()
        .call(FailingActor::count)
        .remote()
        .get();
  }

  private boolean exists(String name) {
    try {
      runtime.actorNamed(name, FailingActor.class);
      return true;
    } catch (ActorNameException gone) {
      return false;
    }
  }

  @Test
  void anActorNobodyCanReachEndsByItself() throws Exception {
    idle();
    var actor = runtime.actor(FailingActor::new, eventLog()).cpus(3).remote();
    assertThat(actor.call(FailingActor::count).remote().get()).isEqualTo(1);
    actor = null;
    PollingAssert.untilCollected(
        "its CPUs are back", () -> runtime.availableResources().amount(Resources.CPU) == 4);
  }

  /** Actor that holds handles to itself from all possible sources. */
  static final class SelfReferencingActor {
    private final List<Object> kept = new ArrayList<>();

    int keepSelf() {
      kept.add(Mobula.context().self().orElseThrow());
      return kept.size();
    }

    int keep(Object what) {
      kept.add(what);
      return kept.size();
    }

    ActorHandle<?> self() {
      return Mobula.context().self().orElseThrow();
    }

    int keepFound(String name) {
      kept.add(Mobula.actorNamed(name, SelfReferencingActor.class));
      return kept.size();
    }

    int callSelf() {
      var self = (ActorHandle<?>) kept.getFirst();
      @SuppressWarnings("unchecked") // it is the actor's own handle
      var own = (ActorHandle<SelfReferencingActor>) self;
      own.call(SelfReferencingActor::keepSelf).remote();
      return kept.size();
    }
  }

  @Test
  void aHandleThatAnActorKeepsToItselfDoesNotKeepItAlive() throws Exception {
    idle();
    keepItself();
    PollingAssert.untilCollected(
        "its CPUs are back", () -> runtime.availableResources().amount(Resources.CPU) == 4);
  }

  private void keepItself() {
    var actor =
        runtime.actor(SelfReferencingActor::new).cpus(3).name("narcissus").remote();
    assertThat(actor.call(SelfReferencingActor::keepSelf).remote().get(LONG)).isEqualTo(1);
    assertThat(actor.call(SelfReferencingActor::keep, actor).remote().get(LONG)).isEqualTo(2);
    assertThat(actor.call(SelfReferencingActor::keep, List.of(actor)).remote().get(LONG))
        .isEqualTo(3);
    assertThat(actor.call(SelfReferencingActor::keepFound, "narcissus").remote().get(LONG))
        .isEqualTo(4);
    assertThat(actor.call(SelfReferencingActor::callSelf).remote().get(LONG)).isEqualTo(4);
    assertThat(actor.call(SelfReferencingActor::keepSelf).remote().get(LONG)).isEqualTo(6);
  }

  @Test
  void aHandleThatAnActorGivesAwayKeepsItAlive() throws Exception {
    idle();
    var self = selfOf();
    forgetOne();
    PollingAssert.untilCollected(
        "the other has ended", () -> runtime.availableResources().amount(Resources.CPU) == 1);
    @SuppressWarnings("unchecked") // as it was made
    var actor = (ActorHandle<SelfReferencingActor>) self;
    assertThat(actor.call(SelfReferencingActor::keepSelf).remote().get(LONG)).isEqualTo(1);
    actor.kill();
  }

  private ActorHandle<?> selfOf() {
    return runtime
        .actor(SelfReferencingActor::new)
        .cpus(3)
        .remote()
        .call(SelfReferencingActor::self)
        .remote()
        .get(LONG);
  }

  @Test
  void callsThatWaitAtABusyActorAreListed() throws Exception {
    var latch = latch();
    var journal = eventLog();
    var actor = runtime.actor(FailingActor::new, journal).remote();
    var held = actor.call(FailingActor::hold, latch).remote();
    journal.await("enter", 1);
    var later = new ArrayList<ObjectRef<Integer>>();
    for (int i = 0; i < 3; i++) {
      later.add(actor.call(FailingActor::count).remote());
    }
    PollingAssert.until(
        "they are listed",
        () -> runtime.waiting().stream()
            .anyMatch(waiting -> waiting.what().startsWith("3 calls of actor FailingActor")
                && waiting.why().contains("FailingActor.hold")));
    latch.open();
    assertThat(runtime.get(later, LONG)).hasSize(3);
    assertThat(held.get(LONG)).isEqualTo(1);
    PollingAssert.until("nothing waits", () -> runtime.waiting().isEmpty());
    actor.kill();
  }

  @Test
  void aCallThatWaitedAtAKilledActorSaysThatItWasNotRun() throws Exception {
    var journal = eventLog();
    var actor = runtime.actor(FailingActor::new, journal).remote();
    var held = actor.call(FailingActor::hold, latch()).remote();
    journal.await("enter", 1);
    var waited = actor.call(FailingActor::count).remote();
    actor.kill();
    assertThatThrownBy(() -> waited.get(LONG))
        .isInstanceOf(ActorDiedException.class)
        .hasMessageContaining("FailingActor.count has not been run");
    assertThatThrownBy(() -> held.get(LONG))
        .isInstanceOf(ActorDiedException.class)
        .satisfies(thrown -> assertThat(thrown.getMessage()).doesNotContain("not been run"));
  }

  @Test
  void aDetachedActorLivesOnAndOthersOfItsTimeDoNot() throws Exception {
    makeAndForget("kept", true);
    idle();
    forgetOne();
    PollingAssert.untilCollected(
        "the other has ended", () -> runtime.availableResources().amount(Resources.CPU) == 4);
    assertThat(runtime
            .actorNamed("kept", FailingActor.class)
            .call(FailingActor::count)
            .remote()
            .get())
        .isEqualTo(2);
    runtime.actorNamed("kept", FailingActor.class).kill();
    assertThat(exists("kept")).isFalse();
  }

  private void forgetOne() {
    runtime
        .actor(FailingActor::new, eventLog())
        .cpus(1)
        .remote()
        .call(FailingActor::count)
        .remote()
        .get();
  }

  @Test
  void aForgottenActorAnswersWhatItWasSent() throws Exception {
    var latch = latch();
    var ref = runtime
        .actor(FailingActor::new, eventLog())
        .remote()
        .call(FailingActor::hold, latch)
        .remote();
    for (int i = 0; i < 5; i++) {
      System.gc();
    }
    latch.open();
    assertThat(ref.get(LONG)).isEqualTo(1);
  }

  @Test
  void aHandleInsideAStoredValueKeepsItsActorAlive() throws Exception {
    var stored = runtime.put(Map.of("a", List.of(fresh())));
    idleButFor(3);
    for (int i = 0; i < 5; i++) {
      System.gc();
    }
    assertThat(
            stored.get().get("a").getFirst().call(FailingActor::count).remote().get(LONG))
        .isEqualTo(2);
    stored.close();
    PollingAssert.untilCollected(
        "it has ended", () -> runtime.availableResources().amount(Resources.CPU) == 4);
  }

  private void idleButFor(double cpus) throws Exception {
    PollingAssert.until(
        "the others are done",
        () -> runtime.availableResources().amount(Resources.CPU) == 4 - cpus);
  }

  private ActorHandle<FailingActor> fresh() {
    var actor = runtime.actor(FailingActor::new, eventLog()).cpus(3).remote();
    actor.call(FailingActor::count).remote().get();
    return actor;
  }

  // ---- beside Akka

  private record CallOutcome(Integer value, String failure) {}

  @Test
  void resultsPipeToAnAkkaActor() {
    var kit = ActorTestKit.create();
    try {
      var probe = kit.<CallOutcome>createTestProbe();
      var good = runtime.task((Integer x) -> x * 2, 21).remote();
      var bad = runtime.task(Integer::parseInt, "x").remote();
      kit.spawn(piping(good, probe.ref()));
      assertThat(probe.receiveMessage(LONG)).isEqualTo(new CallOutcome(42, null));
      kit.spawn(piping(bad, probe.ref()));
      assertThat(probe.receiveMessage(LONG).failure()).contains("NumberFormatException");
    } finally {
      kit.shutdownTestKit();
    }
  }

  private Behavior<CallOutcome> piping(ObjectRef<Integer> ref, ActorRef<CallOutcome> to) {
    return Behaviors.setup(context -> {
      runtime.pipeToSelf(
          context,
          ref,
          (value, failure) -> new CallOutcome(value, failure == null ? null : failure.toString()));
      return Behaviors.receiveMessage(callOutcome -> {
        to.tell(callOutcome);
        return Behaviors.stopped();
      });
    });
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

  /** Actor that returns a stage without {@code toCompletableFuture}, as the JDK allows. */
  static final class MinimalStageActor {
    CompletionStage<Integer> never() {
      return new CompletableFuture<Integer>().minimalCompletionStage();
    }
  }

  @Test
  void anActorWithAStageThatNobodyCanCancelIsKilledAllTheSame() {
    var actor = runtime.actor(MinimalStageActor::new).remote();
    ObjectRef<Integer> first = runtime.remoteStage(actor.call(MinimalStageActor::never));
    ObjectRef<Integer> second = runtime.remoteStage(actor.call(MinimalStageActor::never));
    actor.kill();
    assertThatThrownBy(() -> first.get(LONG)).isInstanceOf(ActorDiedException.class);
    assertThatThrownBy(() -> second.get(LONG)).isInstanceOf(ActorDiedException.class);
  }
}
