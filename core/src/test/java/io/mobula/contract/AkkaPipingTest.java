package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import io.mobula.ObjectRef;
import org.junit.jupiter.api.Test;

/** Test of results that are piped to an Akka actor. */
class AkkaPipingTest extends ContractTest {
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
}
