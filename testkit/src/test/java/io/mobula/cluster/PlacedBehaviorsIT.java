package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.Behaviors;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.placement.Placement;
import io.mobula.placement.Resources;
import io.mobula.testkit.PollingAssert;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Test that Akka behaviors run where their placement says. */
@Tag("long")
@Timeout(180)
class PlacedBehaviorsIT {
  private static MemberProcess a;
  private static MemberProcess b;
  private static MobulaRuntime driver;

  @BeforeAll
  static void open() throws Exception {
    a = MemberProcess.start("a");
    var address = a.awaitUp();
    b = MemberProcess.start(
        "b",
        MemberProcess.plan("b")
            .property("mobula.cluster.seeds", address)
            .property("mobula.cluster.labels.zone", "b"));
    b.awaitUp();
    driver = Mobula.connect(address, Mobula.settings().storeCapacity(1 << 24));
    PollingAssert.untilMatches(
        "three nodes are there", () -> driver.nodes().size(), nodes -> nodes == 3);
  }

  @AfterAll
  static void close() {
    driver.close();
    b.close();
    a.close();
  }

  private static ActorRef<Integer> spawned(Placement placement) throws Exception {
    return driver
        .<Integer>spawn(Behaviors::empty, "placed", Resources.none(), placement)
        .toCompletableFuture()
        .get(60, TimeUnit.SECONDS);
  }

  private static String addressOf(ActorRef<Integer> actor) {
    return actor.path().address().getHost().get() + ":"
        + actor.path().address().getPort().get();
  }

  private static String addressOf(String name) {
    return driver.nodes().stream()
        .filter(node -> node.name().equals(name))
        .findFirst()
        .orElseThrow()
        .address();
  }

  private static NodeId idOf(String name) {
    return driver.nodes().stream()
        .filter(node -> node.name().equals(name))
        .findFirst()
        .orElseThrow()
        .id();
  }

  @Test
  void onTheNodeThatIsNamed() throws Exception {
    for (var name : new String[] {"a", "b", "a"}) {
      assertThat(addressOf(spawned(Placement.on(idOf(name))))).isEqualTo(addressOf(name));
    }
  }

  @Test
  void onANodeWithTheLabel() throws Exception {
    for (int i = 0; i < 3; i++) {
      assertThat(addressOf(spawned(Placement.labels("zone=b")))).isEqualTo(addressOf("b"));
    }
  }

  @Test
  void spreadOverAll() throws Exception {
    var addresses = new ArrayList<String>();
    for (int i = 0; i < 20 && new HashSet<>(addresses).size() < 2; i++) {
      addresses.add(addressOf(spawned(Placement.spread())));
    }
    assertThat(addresses).contains(addressOf("a"), addressOf("b"));
  }

  @Test
  void nowhereIsNoPlacement() {
    assertThatThrownBy(() -> driver.spawn(Behaviors::empty, "nowhere", Resources.none(), null))
        .isInstanceOf(NullPointerException.class);
  }
}
