package io.mobula.internal.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.serialization.SerializationExtension;
import akka.serialization.Serializers;
import io.mobula.NodeId;
import io.mobula.internal.fuzz.MessageFuzz;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What nodes say about membership survives the way over the wire, in Jackson CBOR. */
class ControlMessagesTest {
  private static final ActorTestKit KIT = ActorTestKit.create();

  private static final Peer PEER = new Peer(
      new NodeId(-5),
      "127.0.0.1:4410",
      "n",
      "here",
      17,
      Peer.Role.WORKER,
      Map.of("zone", "a"),
      new Peer.Store("/dev/shm/mobula", 3, -4, Peer.Store.HOST));

  @AfterAll
  static void end() {
    KIT.shutdownTestKit();
  }

  private static final List<Object> ALL = new ArrayList<>();

  private static void travels(Object message) {
    var serialization = SerializationExtension.get(KIT.system());
    var serializer = serialization.findSerializerFor(message);
    assertThat(serializer.getClass().getSimpleName()).isEqualTo("JacksonCborSerializer");
    var bytes = serialization.serialize(message).get();
    var back = serialization
        .deserialize(bytes, serializer.identifier(), Serializers.manifestFor(serializer, message))
        .get();
    assertThat(back).isEqualTo(message);
    ALL.add(message);
  }

  @Tag("fuzz")
  @Test
  void alteredOnesAreWholeOrRefused() {
    hellosAndGoodbyesTravel();
    knocksAndTheirAnswersTravel();
    MessageFuzz.search("messages of membership", 100, KIT.system(), ALL, message -> {});
  }

  /** Akka gives an actor no null: the stream from the peer would have failed. */
  @Test
  void nullIsNoMessage() {
    var serialization = SerializationExtension.get(KIT.system());
    var serializer = serialization.findSerializerFor(PEER);
    for (int nothing : new int[] {0xf6, 0xf7}) {
      var read = serialization.deserialize(
          new byte[] {(byte) nothing},
          serializer.identifier(),
          Serializers.manifestFor(serializer, PEER));
      assertThatThrownBy(read::get)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("null in place of a Peer");
    }
  }

  /** It would have ended the gate, and nobody could have joined there any more. */
  @Test
  void aKnockWithoutAClusterIsRefused() {
    var probe = KIT.createTestProbe(Gate.Answer.class);
    var knock = new Gate.Knock("default", 1, "n", new NodeId(8), probe.getRef());
    var serialization = SerializationExtension.get(KIT.system());
    var serializer = serialization.findSerializerFor(knock);
    var bytes = serialization.serialize(knock).get();
    int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("cluster");
    bytes[at] = 'k';
    assertThatThrownBy(() -> serialization
            .deserialize(bytes, serializer.identifier(), Serializers.manifestFor(serializer, knock))
            .get())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("a Knock lacks its cluster");
  }

  @Test
  void hellosAndGoodbyesTravel() {
    travels(PEER);
    travels(new Gate.Hello(PEER, Long.MIN_VALUE, true));
    travels(new Gate.Goodbye(new NodeId(Long.MAX_VALUE)));
    travels(new Gate.Verify(new NodeId(7), "127.0.0.1:7171", Long.MIN_VALUE));
    travels(new Gate.Removed(new NodeId(7)));
  }

  @Test
  void knocksAndTheirAnswersTravel() {
    var probe = KIT.createTestProbe(Gate.Answer.class);
    travels(new Gate.Knock("default", 1, "n", new NodeId(8), probe.getRef()));
    for (var verdict : Gate.Verdict.values()) {
      travels(new Gate.Answer(verdict, "default", 1, "by another"));
    }
  }
}
