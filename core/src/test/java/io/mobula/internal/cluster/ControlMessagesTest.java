package io.mobula.internal.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.serialization.SerializationExtension;
import akka.serialization.Serializers;
import io.mobula.NodeId;
import io.mobula.internal.fuzz.AkkaMessageFuzzer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tests that the messages of membership survive serialization in Jackson CBOR. */
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
      new Peer.StoreLocation("/dev/shm/mobula", 3, -4, Peer.StoreLocation.DEFAULT_GROUP));

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
    AkkaMessageFuzzer.search("messages of membership", 100, KIT.system(), ALL, message -> {});
  }

  /**
   * Refuses null as a message: Akka gives an actor no null, and the stream from the peer would have
   * failed.
   */
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

  /** Refuses a join request without a cluster name, which would have stopped the gatekeeper. */
  @Test
  void aKnockWithoutAClusterIsRefused() {
    var probe = KIT.createTestProbe(JoinGatekeeper.JoinReply.class);
    var request = new JoinGatekeeper.JoinRequest("default", 1, "n", new NodeId(8), probe.getRef());
    var serialization = SerializationExtension.get(KIT.system());
    var serializer = serialization.findSerializerFor(request);
    var bytes = serialization.serialize(request).get();
    int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("cluster");
    bytes[at] = 'k';
    assertThatThrownBy(() -> serialization
            .deserialize(
                bytes, serializer.identifier(), Serializers.manifestFor(serializer, request))
            .get())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("a JoinRequest lacks its cluster");
  }

  @Test
  void hellosAndGoodbyesTravel() {
    travels(PEER);
    travels(new JoinGatekeeper.Hello(PEER, Long.MIN_VALUE, true));
    travels(new JoinGatekeeper.Goodbye(new NodeId(Long.MAX_VALUE)));
    travels(new JoinGatekeeper.VerifyMembership(new NodeId(7), "127.0.0.1:7171", Long.MIN_VALUE));
    travels(new JoinGatekeeper.RemovalNotice(new NodeId(7)));
  }

  @Test
  void knocksAndTheirAnswersTravel() {
    var probe = KIT.createTestProbe(JoinGatekeeper.JoinReply.class);
    travels(new JoinGatekeeper.JoinRequest("default", 1, "n", new NodeId(8), probe.getRef()));
    for (var verdict : JoinGatekeeper.JoinVerdict.values()) {
      travels(new JoinGatekeeper.JoinReply(verdict, "default", 1, "by another"));
    }
  }
}
