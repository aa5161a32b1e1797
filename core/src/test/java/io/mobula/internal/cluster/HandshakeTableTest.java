package io.mobula.internal.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.NodeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Tests of who is reported as joined and left, in whatever order the messages arrive. */
class HandshakeTableTest {
  private final HandshakeTable handshakes = new HandshakeTable();

  private static SystemAddress seat(int number) {
    return new SystemAddress("127.0.0.1:" + number, number);
  }

  private static Peer peer(int number) {
    return peer(number, number);
  }

  private static Peer peer(int number, long id) {
    return new Peer(
        new NodeId(id),
        "127.0.0.1:" + number,
        "n" + id,
        "here",
        number,
        Peer.Role.NODE,
        Map.of(),
        new Peer.StoreLocation("/dev/shm/x", 1, 2, Peer.StoreLocation.DEFAULT_GROUP));
  }

  @Test
  void joinsWhenItIsUpAndHasSaidHello() {
    assertThat(handshakes.onHello(seat(1), peer(1), false)).isEmpty();
    handshakes.addSystem(seat(1), true);
    assertThat(handshakes.peers()).isEmpty();
    assertThat(handshakes.onHello(seat(1), peer(1), false))
        .containsExactly(new HandshakeTable.Joined(peer(1)));
    assertThat(handshakes.onHello(seat(1), peer(1), true)).isEmpty();
    assertThat(handshakes.peers()).containsOnlyKeys(new NodeId(1));
  }

  @Test
  void isMetOnlyWhenItKnowsUsToo() {
    handshakes.addSystem(seat(1), true);
    handshakes.addSystem(seat(2), false);
    assertThat(handshakes.unmet()).containsExactly(seat(1));
    handshakes.onHello(seat(1), peer(1), false);
    assertThat(handshakes.unmet()).containsExactly(seat(1));
    handshakes.onHello(seat(1), peer(1), true);
    assertThat(handshakes.unmet()).isEmpty();
  }

  @Test
  void leavesOnce() {
    handshakes.addSystem(seat(1), true);
    handshakes.onHello(seat(1), peer(1), true);
    assertThat(handshakes.removeNode(new NodeId(1), "it has left")).hasSize(1);
    assertThat(handshakes.onHello(seat(1), peer(1), true)).as("a late hello").isEmpty();
    assertThat(handshakes.removeNode(new NodeId(1), "it has left")).isEmpty();
    assertThat(handshakes.removeSystem(seat(1), "gone")).isEmpty();
    assertThat(handshakes.peers()).isEmpty();
  }

  @Test
  void anotherIncarnationOfTheAddressIsAnotherSeat() {
    var second = new SystemAddress(seat(1).address(), 99);
    handshakes.addSystem(seat(1), true);
    handshakes.onHello(seat(1), peer(1), true);
    assertThat(handshakes.onHello(second, peer(1, 7), true)).isEmpty();
    assertThat(handshakes.removeSystem(seat(1), "dead"))
        .containsExactly(new HandshakeTable.Left(peer(1), "dead"));
    handshakes.addSystem(second, true);
    assertThat(handshakes.onHello(second, peer(1, 7), true))
        .containsExactly(new HandshakeTable.Joined(peer(1, 7)));
  }

  @Test
  void aSuccessorInTheSameSystemTakesTheSeat() {
    handshakes.addSystem(seat(1), true);
    handshakes.onHello(seat(1), peer(1, 5), true);
    handshakes.removeNode(new NodeId(5), "it has left");
    assertThat(handshakes.onHello(seat(1), peer(1, 6), true))
        .containsExactly(new HandshakeTable.Joined(peer(1, 6)));
    assertThat(handshakes.onHello(seat(1), peer(1, 7), true))
        .extracting(Object::getClass)
        .containsExactly(HandshakeTable.Left.class, HandshakeTable.Joined.class);
  }

  @Test
  void whoNeverAnswersIsGreetedEverMoreSeldom() {
    handshakes.addSystem(seat(1), false);
    int greeted = 0;
    for (int i = 0; i < 1_000; i++) {
      greeted += handshakes.toGreet().size();
    }
    assertThat(greeted).isBetween(40, 100);
  }

  @Test
  void whateverHappensEachIsToldOnceAndInTurn() {
    long seed = System.nanoTime();
    System.out.println("HandshakeTableTest seed " + seed);
    var random = new Random(seed);
    for (int history = 0; history < 500; history++) {
      var local = new HandshakeTable();
      var told = new HashMap<NodeId, List<String>>();
      for (int step = 0; step < 60; step++) {
        int number = 1 + random.nextInt(4);
        var changes = switch (random.nextInt(4)) {
          case 0 -> {
            local.addSystem(seat(number), true);
            yield List.<HandshakeTable.PeerChange>of();
          }
          case 1 -> local.onHello(seat(number), peer(number), random.nextBoolean());
          case 2 -> local.removeNode(new NodeId(number), "it has left");
          default -> {
            var gone = local.removeSystem(seat(number), "gone");
            yield gone;
          }
        };
        for (var change : changes) {
          switch (change) {
            case HandshakeTable.Joined(var peer) -> add(told, peer, "joined");
            case HandshakeTable.Left(var peer, var how) -> add(told, peer, "left");
          }
        }
        told.forEach((id, news) -> {
          for (int i = 0; i < news.size(); i++) {
            assertThat(news.get(i)).as("seed %d", seed).isEqualTo(i % 2 == 0 ? "joined" : "left");
          }
          assertThat(local.peers().containsKey(id)).isEqualTo(news.getLast().equals("joined"));
        });
      }
    }
  }

  private static void add(Map<NodeId, List<String>> told, Peer peer, String what) {
    told.computeIfAbsent(peer.id(), id -> new ArrayList<>()).add(what);
  }
}
