package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ObjectRef;
import io.mobula.error.ActorDiedException;
import io.mobula.error.InvalidRequestException;
import io.mobula.error.PendingCallsExceededException;
import io.mobula.testkit.PollingAssert;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Test of calls that have no answer: their limit, their list, and their end. */
class ActorPendingCallsTest extends ContractTest {

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
}
