package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import com.typesafe.config.ConfigFactory;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.info.NodeInfo;
import io.mobula.placement.Resources;
import io.mobula.testkit.PollingAssert;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Test that processes find each other, and notice which leave and which die. */
class MembershipIT {
  private static final Duration SOON = Duration.ofSeconds(20);

  @Test
  void nodesSeeEachOtherAndWhoLeavesAndWhoDies() throws Exception {
    try (var a = MemberProcess.start("a")) {
      var seed = a.awaitUp();
      try (var b = MemberProcess.start("b", seed);
          var c = MemberProcess.start("c", seed)) {
        b.awaitUp();
        c.awaitUp();
        a.awaitNodes("a", "b", "c");
        b.awaitNodes("a", "b", "c");
        c.awaitNodes("a", "b", "c");

        assertThat(b.ask("close")).isEqualTo("closed");
        assertThat(b.jvm().awaitExit(SOON)).isZero();
        a.awaitNodes("a", "c");
        c.awaitNodes("a", "c");

        try (var d = MemberProcess.start("d", seed)) {
          d.awaitUp();
          d.awaitNodes("a", "c", "d");
          c.jvm().kill();
          a.awaitNodes("a", "d");
          d.awaitNodes("a", "d");
        }
      }
    }
  }

  @Test
  void aNodeKnowsTheOthersWhenItOpens() throws Exception {
    try (var a = MemberProcess.start("a")) {
      var seed = a.awaitUp();
      try (var runtime = Mobula.init(
          Mobula.settings().cpus(1).storeCapacity(1 << 24).join(seed).nodeName("b"))) {
        assertThat(runtime.nodes()).extracting(NodeInfo::name).containsExactly("b", "a");
        assertThat(runtime.nodes()).extracting(NodeInfo::state).containsOnly(NodeInfo.State.ALIVE);
        assertThat(runtime.nodes().getLast().address()).isEqualTo(seed);
        assertThat(runtime.nodes().getLast().pid()).isEqualTo(a.jvm().pid());
        assertThat(runtime.nodes().getLast().role()).isEqualTo(NodeInfo.Role.NODE);
        assertThat(runtime.totalResources().amount(Resources.CPU)).isEqualTo(3);
        var seen = PollingAssert.untilMatches(
            "the resources of the second node are known",
            () -> runtime.nodes().getLast(),
            node -> !node.total().equals(Resources.none()));
        assertThat(seen.total().amount(Resources.CPU)).isEqualTo(2);
        assertThat(seen.available().amount(Resources.CPU)).isEqualTo(2);
        assertThat(seen.store().capacityBytes()).isEqualTo(16 << 20);
      }
      a.awaitNodes("a");
    }
  }

  @Test
  void aDriverOffersNothing() throws Exception {
    try (var a = MemberProcess.start("a")) {
      var seed = a.awaitUp();
      try (var driver = Mobula.connect(seed, Mobula.settings().nodeName("driver"))) {
        assertThat(driver.nodes().getFirst().total()).isEqualTo(Resources.none());
        assertThat(driver.totalResources().amount(Resources.CPU)).isEqualTo(2);
        assertThat(driver.nodes())
            .extracting(NodeInfo::role)
            .containsExactly(NodeInfo.Role.DRIVER, NodeInfo.Role.NODE);
        a.awaitNodes("a", "driver");
      }
      a.awaitNodes("a");
    }
  }

  @Test
  void aNodeInSomebodyElsesSystemUsesItsMembership() throws Exception {
    var config = ConfigFactory.parseString("""
            akka.actor.provider = cluster
            akka.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
            akka.cluster.jmx.enabled = off
            """).withFallback(ConfigFactory.load());
    var first = ActorSystem.create(Behaviors.empty(), "shop", config);
    var second = ActorSystem.create(Behaviors.empty(), "shop", config);
    var settings = Mobula.settings().cpus(1).storeCapacity(1 << 24).listen(0);
    try {
      var cluster = Cluster.get(first);
      cluster.manager().tell(Join.create(cluster.selfMember().address()));
      Cluster.get(second).manager().tell(Join.create(cluster.selfMember().address()));
      try (var one = MobulaRuntime.attach(first, settings.nodeName("one"))) {
        try (var two = MobulaRuntime.attach(second, settings.nodeName("two"))) {
          assertThat(names(one, 2)).containsExactly("one", "two");
          assertThat(names(two, 2)).containsExactly("two", "one");
        }
        assertThat(names(one, 1)).containsExactly("one");
        assertThat(second.whenTerminated().isCompleted()).isFalse();
        try (var again = MobulaRuntime.attach(second, settings.nodeName("again"))) {
          assertThat(names(one, 2)).containsExactly("one", "again");
          assertThat(again.isClosed()).isFalse();
        }
      }
    } finally {
      first.terminate();
      second.terminate();
    }
  }

  private static List<String> names(MobulaRuntime runtime, int count) throws Exception {
    return PollingAssert.untilMatches(
        count + " nodes are there",
        () -> runtime.nodes().stream().map(NodeInfo::name).toList(),
        all -> all.size() == count);
  }
}
