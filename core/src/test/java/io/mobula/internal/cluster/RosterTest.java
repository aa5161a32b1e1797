package io.mobula.internal.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.NodeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Who is told of as joined and left, whatever order the news come in. */
class RosterTest {
  private final Roster roster = new Roster();

  private static Seat seat(int number) {
    return new Seat("127.0.0.1:" + number, number);
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
        new Peer.Store("/dev/shm/x", 1, 2, Peer.Store.HOST));
  }

  @Test
  void joinsWhenItIsUpAndHasSaidHello() {
    assertThat(roster.hello(seat(1), peer(1), false)).isEmpty();
    roster.up(seat(1), true);
    assertThat(roster.peers()).isEmpty();
    assertThat(roster.hello(seat(1), peer(1), false)).containsExactly(new Roster.Joined(peer(1)));
    assertThat(roster.hello(seat(1), peer(1), true)).isEmpty();
    assertThat(roster.peers()).containsOnlyKeys(new NodeId(1));
  }

  @Test
  void isMetOnlyWhenItKnowsUsToo() {
    roster.up(seat(1), true);
    roster.up(seat(2), false);
    assertThat(roster.unmet()).containsExactly(seat(1));
    roster.hello(seat(1), peer(1), false);
    assertThat(roster.unmet()).containsExactly(seat(1));
    roster.hello(seat(1), peer(1), true);
    assertThat(roster.unmet()).isEmpty();
  }

  @Test
  void leavesOnce() {
    roster.up(seat(1), true);
    roster.hello(seat(1), peer(1), true);
    assertThat(roster.ended(new NodeId(1), "it has left")).hasSize(1);
    assertThat(roster.hello(seat(1), peer(1), true)).as("a late hello").isEmpty();
    assertThat(roster.ended(new NodeId(1), "it has left")).isEmpty();
    assertThat(roster.away(seat(1), "gone")).isEmpty();
    assertThat(roster.peers()).isEmpty();
  }

  @Test
  void anotherIncarnationOfTheAddressIsAnotherSeat() {
    var second = new Seat(seat(1).address(), 99);
    roster.up(seat(1), true);
    roster.hello(seat(1), peer(1), true);
    assertThat(roster.hello(second, peer(1, 7), true)).isEmpty();
    assertThat(roster.away(seat(1), "dead")).containsExactly(new Roster.Left(peer(1), "dead"));
    roster.up(second, true);
    assertThat(roster.hello(second, peer(1, 7), true))
        .containsExactly(new Roster.Joined(peer(1, 7)));
  }

  @Test
  void aSuccessorInTheSameSystemTakesTheSeat() {
    roster.up(seat(1), true);
    roster.hello(seat(1), peer(1, 5), true);
    roster.ended(new NodeId(5), "it has left");
    assertThat(roster.hello(seat(1), peer(1, 6), true))
        .containsExactly(new Roster.Joined(peer(1, 6)));
    assertThat(roster.hello(seat(1), peer(1, 7), true))
        .extracting(Object::getClass)
        .containsExactly(Roster.Left.class, Roster.Joined.class);
  }

  @Test
  void whoNeverAnswersIsGreetedEverMoreSeldom() {
    roster.up(seat(1), false);
    int greeted = 0;
    for (int i = 0; i < 1_000; i++) {
      greeted += roster.toGreet().size();
    }
    assertThat(greeted).isBetween(40, 100);
  }

  @Test
  void whateverHappensEachIsToldOnceAndInTurn() {
    long seed = System.nanoTime();
    System.out.println("RosterTest seed " + seed);
    var random = new Random(seed);
    for (int history = 0; history < 500; history++) {
      var local = new Roster();
      var told = new HashMap<NodeId, List<String>>();
      for (int step = 0; step < 60; step++) {
        int number = 1 + random.nextInt(4);
        var changes = switch (random.nextInt(4)) {
          case 0 -> {
            local.up(seat(number), true);
            yield List.<Roster.Change>of();
          }
          case 1 -> local.hello(seat(number), peer(number), random.nextBoolean());
          case 2 -> local.ended(new NodeId(number), "it has left");
          default -> {
            var gone = local.away(seat(number), "gone");
            yield gone;
          }
        };
        for (var change : changes) {
          switch (change) {
            case Roster.Joined(var peer) -> add(told, peer, "joined");
            case Roster.Left(var peer, var how) -> add(told, peer, "left");
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
