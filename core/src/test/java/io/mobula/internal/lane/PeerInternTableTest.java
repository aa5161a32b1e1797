package io.mobula.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import io.mobula.NodeId;
import io.mobula.error.CodecException;
import io.mobula.internal.cluster.Peer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Interning of metadata between two nodes, whose frames go to a test probe. */
class PeerInternTableTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final Peer ONE = peer(1);
  private static final Peer TWO = peer(2);

  private final TestProbe<FrameEnvelope> way = KIT.createTestProbe(FrameEnvelope.class);
  private final ScriptedMembership members = new ScriptedMembership(way.getRef(), ONE, TWO);
  private final PeerInternTable speaker = new PeerInternTable(new PeerTransport(members));
  private final PeerTransport heardBy = new PeerTransport(members);
  private final PeerInternTable listener = new PeerInternTable(heardBy);

  @AfterAll
  static void end() {
    KIT.shutdownTestKit();
  }

  static Peer peer(long id) {
    return new Peer(
        new NodeId(id),
        "127.0.0.1:" + id,
        "n" + id,
        "here",
        id,
        Peer.Role.NODE,
        Map.of(),
        new Peer.StoreLocation("/dev/shm/x", 1, 2, Peer.StoreLocation.DEFAULT_GROUP));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private int say(String text) {
    return speaker.intern(
        TWO.id(), text, () -> new FrameWriter().block(bytes(text)).toBytes());
  }

  private void deliver() {
    heardBy.router().received(ONE.id(), way.receiveMessage().frame());
  }

  private String meaning(int number) {
    return listener.resolve(ONE.id(), number, in -> new String(in.block(), StandardCharsets.UTF_8));
  }

  @Test
  void aPhraseIsExplainedOnceAndReadOnce() {
    int first = say("first");
    int second = say("second");
    assertThat(second).isNotEqualTo(first);
    assertThat(say("first")).isEqualTo(first);
    deliver();
    deliver();
    way.expectNoMessage();
    assertThat(meaning(first)).isEqualTo("first");
    assertThat(meaning(second)).isEqualTo("second").isSameAs(meaning(second));
  }

  @Test
  void manyThreadsGetOneNumber() throws Exception {
    var barrier = new CyclicBarrier(4);
    var numbers = new CopyOnWriteArrayList<Integer>();
    var threads = new ArrayList<Thread>();
    for (int i = 0; i < 4; i++) {
      threads.add(Thread.ofPlatform().start(() -> {
        try {
          barrier.await();
          for (int definition = 0; definition < 100; definition++) {
            numbers.add(say("definition " + definition));
          }
        } catch (Exception e) {
          throw new IllegalStateException(e);
        }
      }));
    }
    for (var thread : threads) {
      thread.join();
    }
    assertThat(numbers).hasSize(400);
    assertThat(numbers.stream().distinct()).hasSize(100);
    for (int i = 0; i < 100; i++) {
      deliver();
    }
    way.expectNoMessage();
    for (int definition = 0; definition < 100; definition++) {
      assertThat(meaning(say("definition " + definition))).isEqualTo("definition " + definition);
    }
  }

  @Test
  void whatCannotBeReadIsTriedAgain() {
    int number = say("late");
    deliver();
    var tries = new AtomicInteger();
    assertThatThrownBy(() -> listener.resolve(ONE.id(), number, in -> {
          tries.incrementAndGet();
          throw new CodecException("not yet", null);
        }))
        .isInstanceOf(CodecException.class);
    assertThat(meaning(number)).isEqualTo("late");
    assertThat(tries).hasValue(1);
  }

  @Test
  void aNumberThatWasNotExplainedIsRefused() {
    assertThatThrownBy(() -> meaning(77))
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("77");
  }

  @Test
  void aPeerThatHasLeftIsForgotten() {
    int number = say("before");
    deliver();
    members.leave(TWO);
    members.tellLeft(ONE);
    assertThatThrownBy(() -> meaning(number)).isInstanceOf(CodecException.class);
    assertThat(say("before")).isEqualTo(PeerInternTable.NONE);
    way.expectNoMessage();
  }
}
