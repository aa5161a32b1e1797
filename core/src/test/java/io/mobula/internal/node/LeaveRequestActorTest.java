package io.mobula.internal.node;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.serialization.SerializationExtension;
import akka.serialization.Serializers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class LeaveRequestActorTest {
  private static final ActorTestKit KIT = ActorTestKit.create();

  @AfterAll
  static void end() {
    KIT.shutdownTestKit();
  }

  @Test
  void leavesWhenAsked() {
    var left = KIT.<String>createTestProbe();
    var leaveRequests = KIT.spawn(LeaveRequestActor.create(() -> left.getRef().tell("left")));

    leaveRequests.tell(new LeaveRequestActor.Leave("a test"));

    left.expectMessage("left");
  }

  @Test
  void theWishTravels() {
    var message = new LeaveRequestActor.Leave("node 1");
    var serialization = SerializationExtension.get(KIT.system());
    var serializer = serialization.findSerializerFor(message);
    assertThat(serializer.getClass().getSimpleName()).isEqualTo("JacksonCborSerializer");
    var bytes = serialization.serialize(message).get();
    var back = serialization
        .deserialize(bytes, serializer.identifier(), Serializers.manifestFor(serializer, message))
        .get();
    assertThat(back).isEqualTo(message);
  }
}
