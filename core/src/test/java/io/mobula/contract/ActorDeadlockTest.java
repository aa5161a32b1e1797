package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ActorHandle;
import io.mobula.Mobula;
import io.mobula.ObjectRef;
import io.mobula.error.DeadlockException;
import io.mobula.error.TaskFailedException;
import io.mobula.placement.Resources;
import io.mobula.testkit.PollingAssert;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Test of waits of actors for each other: those that can never end are detected. */
class ActorDeadlockTest extends ContractTest {

  static final class Peer {
    private ActorHandle<Peer> other;

    void meet(ActorHandle<Peer> other) {
      this.other = other;
    }

    int one() {
      return 1;
    }

    @SuppressWarnings("unchecked")
    private static ActorHandle<Peer> self() {
      return (ActorHandle<Peer>) Mobula.context().self().orElseThrow();
    }

    int askSelf() {
      return self().call(Peer::one).remote().get();
    }

    int askSelfLater() {
      return self().call(Peer::one).remote().get(Duration.ofSeconds(20));
    }

    int askSelfByTask() {
      var self = self();
      return Mobula.task(() -> self.call(Peer::one).remote().get()).remote().get();
    }

    int waitForSelfOrOther(FileLatch latch) {
      var mine = self().call(Peer::one).remote();
      var others = Mobula.task(BlockingActor::slow, latch, 1).remote();
      return Mobula.wait(List.of(mine, others), 1, LONG).ready().size();
    }

    boolean pollSelf() {
      var mine = self().call(Peer::one).remote();
      return Mobula.wait(List.of(mine), 1, Duration.ZERO).ready().isEmpty();
    }

    int askOther(FileEventLog eventLog, String mine, String theirs) throws Exception {
      eventLog.add(mine);
      eventLog.await(theirs, 1);
      return other.call(Peer::one).remote().get();
    }

    int askOtherAmongMany(FileEventLog eventLog, String theirs, ObjectRef<Integer> first)
        throws Exception {
      eventLog.await(theirs, 1);
      var asked = other.call(Peer::one).remote();
      return Mobula.get(List.of(first, asked)).getLast();
    }
  }

  @Test
  void aGetOnOneselfIsDetected() {
    var actor = runtime.actor(Peer::new).remote();
    for (var ref : List.of(
        actor.call(Peer::askSelf).remote(),
        actor.call(Peer::askSelfLater).remote(),
        actor.call(Peer::askSelfByTask).remote())) {
      assertThatThrownBy(() -> ref.get(Duration.ofSeconds(10)))
          .isInstanceOf(TaskFailedException.class)
          .rootCause()
          .isInstanceOf(DeadlockException.class);
    }
    assertThat(actor.call(Peer::one).remote().get(LONG)).isEqualTo(1);
  }

  @Test
  void aCycleOfTwoIsDetected() {
    for (int round = 0; round < 20; round++) {
      var a = runtime.actor(Peer::new).remote();
      var b = runtime.actor(Peer::new).remote();
      a.tell((Peer p, ActorHandle<Peer> h) -> p.meet(h), b).remote();
      b.tell((Peer p, ActorHandle<Peer> h) -> p.meet(h), a).remote();
      var eventLog = eventLog();
      var one = a.call(Peer::askOther, eventLog, "a", "b").remote();
      var two = b.call(Peer::askOther, eventLog, "b", "a").remote();
      assertDetected(one, two);
    }
  }

  @Test
  void aMethodThatWaitsLeavesItsActorsCpusToTheOtherMethodsThatRun() throws Exception {
    var latch = latch();
    var eventLog = eventLog();
    var actor = runtime.actor(BlockingActor::new).cpus(4).maxConcurrency(2).remote();
    var slow = runtime.task(BlockingActor::slow, latch, 1).cpus(0).remote();
    Object ref = slow;
    var waits = actor.call((BlockingActor b, Object x) -> cast(x).get(), ref).remote();
    var runs = actor.call(BlockingActor::hold, eventLog, latch).remote();
    eventLog.await("enter", 1);
    var late = runtime
        .task(
            (FileEventLog j) -> {
              j.add("late");
              return 1;
            },
            eventLog)
        .remote();
    PollingAssert.until(
        "it waits or ran",
        () -> late.isReady()
            || runtime.waiting().stream().anyMatch(waiting -> waiting.why().contains("lacks")));
    assertThat(late.isReady()).isFalse();
    latch.open();
    runtime.get(List.of(waits, runs), LONG);
    actor.kill();
    assertThat(late.get(LONG)).isEqualTo(1);
  }

  private static void assertDetected(ObjectRef<Integer> one, ObjectRef<Integer> two) {
    int refused = 0;
    for (var ref : List.of(one, two)) {
      try {
        assertThat(ref.get(Duration.ofSeconds(15))).isEqualTo(1);
      } catch (TaskFailedException detected) {
        assertThat(detected).rootCause().isInstanceOf(DeadlockException.class);
        refused++;
      }
    }
    assertThat(refused).isBetween(1, 2);
  }

  @Test
  void aCycleThroughOneOfManyIsDetected() throws Exception {
    var latch = latch();
    var slow = runtime.task(BlockingActor::slow, latch, 1).cpus(0).remote();
    for (int round = 0; round < 10; round++) {
      var a = runtime.actor(Peer::new).cpus(4).remote();
      var b = runtime.actor(Peer::new).cpus(0).remote();
      a.tell((Peer p, ActorHandle<Peer> h) -> p.meet(h), b).remote();
      b.tell((Peer p, ActorHandle<Peer> h) -> p.meet(h), a).remote();
      var eventLog = eventLog();
      Object first = slow;
      var one = a.call(
              (Peer p, FileEventLog j, Object x) -> p.askOtherAmongMany(j, "b", cast(x)),
              eventLog,
              first)
          .remote();
      var two = b.call(Peer::askOther, eventLog, "b", "a blocks").remote();
      // Its CPUs are released, so it is blocked: on a ref of its own first, and on the other
      // actor's second.
      PollingAssert.until(
          "the first blocks",
          () ->
              eventLog.count("b") == 1 && runtime.availableResources().amount(Resources.CPU) == 4);
      eventLog.add("a blocks");
      assertThat(runtime.wait(List.of(one, two), 1, Duration.ofSeconds(10)).ready())
          .isNotEmpty();
      a.kill();
      b.kill();
    }
    latch.open();
  }

  @SuppressWarnings("unchecked")
  private static ObjectRef<Integer> cast(Object ref) {
    return (ObjectRef<Integer>) ref;
  }

  @Test
  void waitingForOneselfOrAnotherIsNoCycle() throws Exception {
    var latch = latch();
    latch.open();
    var actor = runtime.actor(Peer::new).remote();
    assertThat(actor.call(Peer::waitForSelfOrOther, latch).remote().get(LONG)).isEqualTo(1);
    assertThat(actor.call(Peer::pollSelf).remote().get(LONG)).isTrue();
  }

  @Test
  void twoThatAskEachOtherInTurnAreNoCycle() {
    var a = runtime.actor(Peer::new).remote();
    var b = runtime.actor(Peer::new).remote();
    a.tell((Peer p, ActorHandle<Peer> h) -> p.meet(h), b).remote();
    b.tell((Peer p, ActorHandle<Peer> h) -> p.meet(h), a).remote();
    for (int i = 0; i < 20; i++) {
      var eventLog = eventLog();
      assertThat(a.call(Peer::askOther, eventLog, "x", "x").remote().get(LONG)).isEqualTo(1);
      assertThat(b.call(Peer::askOther, eventLog, "x", "x").remote().get(LONG)).isEqualTo(1);
    }
  }
}
