package io.mobula.internal.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.mobula.NodeId;
import io.mobula.internal.memory.SuspendAwareClock;
import io.mobula.testkit.PollingAssert;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Tests with members on hosts of their own whose actor systems end without a message, as when their
 * process is killed: the host answers and refuses the port.
 */
class DeadProcessTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final List<Member> members = new ArrayList<>();

  @AfterEach
  void end() {
    members.forEach(Member::kill);
  }

  @Test
  void theDeathOfMostHostsIsBelievedAtOnceAndEndsNobodyElse() throws InterruptedException {
    var first = start(2, 0, "first");
    var second = start(3, 0, "second", first);
    var third = start(4, 0, "third", first);
    var driver = start(5, 0, Peer.Role.DRIVER, "driver", first);
    for (var member : List.of(first, second, driver)) {
      assertThat(member.awaitJoined(third)).isTrue();
    }
    first.system.terminate();
    third.system.terminate();
    for (var living : List.of(second, driver)) {
      assertThat(living.awaitLeft(first)).startsWith("left");
      assertThat(living.awaitLeft(third)).startsWith("left");
    }
    var fourth = start(4, 0, "third", second); // with the same name as the dead member
    assertThat(driver.awaitJoined(fourth)).isTrue();
    assertThat(second.expelled).isFalse(); // although alone of three hosts
    assertThat(driver.expelled).isFalse();
  }

  @Test
  void whoTakesThePlaceOfADeadOneIsLetInAtOnce() throws InterruptedException {
    var first = start(2, 0, "first");
    var second = start(3, 0, "second", first);
    assertThat(first.awaitJoined(second)).isTrue();
    second.kill();
    var again = start(3, second.port(), "second", first);
    assertThat(first.awaitLeft(second))
        .containsAnyOf("a newer incarnation has replaced it", "refuses its port");
    assertThat(first.awaitJoined(again)).isTrue();
    assertThat(again.membership.peers()).extracting(Peer::id).containsExactly(first.id());
  }

  @Test
  void whoWasRemovedWhileItStoodStillIsToldWhenItAsks() throws Exception {
    var first = start(2, 0, "first");
    var second = start(3, 0, "second", first);
    assertThat(first.awaitJoined(second)).isTrue();
    second.membership.verifyMembership(); // no member has removed it yet
    // removes it as the resolver does, which tells only those who remain
    first.membership.reportDead(second.id(), "it is taken for dead");
    assertThat(first.awaitLeft(second)).contains("it is taken for dead");
    PollingAssert.until("the second is told", () -> {
      second.membership.verifyMembership();
      return second.expelled.get();
    });
    assertThat(first.expelled).isFalse();
  }

  private Member start(int host, int port, String name, Member... seeds) {
    return start(host, port, Peer.Role.NODE, name, seeds);
  }

  private Member start(int host, int port, Peer.Role role, String name, Member... seeds) {
    var started = new Member("127.0.0." + host, port, role, name, seeds);
    members.add(started);
    started.membership.join();
    return started;
  }

  /** Member, and the notifications that it has received. */
  private static final class Member
      implements ClusterMembership.NodeCallbacks, Membership.Listener {
    private final ActorSystem<?> system;
    private final ClusterMembership membership;
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final AtomicBoolean expelled = new AtomicBoolean();

    Member(String host, int port, Peer.Role role, String name, Member... seeds) {
      var id = new NodeId(System.nanoTime() | 1);
      var store = new Peer.StoreLocation(
          "/nowhere/" + id, 1, id.incarnation(), Peer.StoreLocation.NO_GROUP);
      var settings = new ClusterSettings(
          true,
          new ClusterSettings.Identity("dead-process-test", name, role, Map.of()),
          new ClusterSettings.Binding(host, port),
          List.of(seeds).stream().map(Member::address).toList(),
          Duration.ofSeconds(20),
          Duration.ofSeconds(1),
          Duration.ofSeconds(60),
          new ClusterSettings.Security(null, false));
      this.system = ActorSystem.create(Behaviors.empty(), "mobula", config(settings, store));
      var self =
          new Peer(id, ClusterMembership.addressOf(system), name, host, 1, role, Map.of(), store);
      var clock = new SuspendAwareClock(System.nanoTime());
      clock.runFree(System.nanoTime()); // one JVM, which is running
      this.membership = ClusterMembership.start(system, self, settings, true, clock, this);
      membership.subscribe(this);
    }

    private static Config config(ClusterSettings settings, Peer.StoreLocation store) {
      var loaded = ConfigFactory.load();
      return ClusterSystemConfig.overlay(loaded, settings, store)
          .withFallback(loaded.getConfig("mobula.actor-system"))
          .withFallback(loaded)
          .withValue(
              "akka.coordinated-shutdown.run-by-actor-system-terminate",
              ConfigFactory.parseString("x = off").getValue("x"));
    }

    String address() {
      return membership.self().address();
    }

    int port() {
      return Integer.parseInt(address().substring(address().indexOf(':') + 1));
    }

    NodeId id() {
      return membership.self().id();
    }

    /** Terminates the actor system without a message to anybody. */
    void kill() {
      system.terminate();
      try {
        system.getWhenTerminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }

    boolean awaitJoined(Member other) throws InterruptedException {
      return await("joined " + other.id()) != null;
    }

    /** Waits for a member to leave; returns how it left, or "null" after a timeout. */
    String awaitLeft(Member other) throws InterruptedException {
      return String.valueOf(await("left " + other.id()));
    }

    private String await(String what) throws InterruptedException {
      long end = System.nanoTime() + LIMIT.toNanos();
      var others = new ArrayList<String>();
      try {
        for (long left = LIMIT.toNanos(); left > 0; left = end - System.nanoTime()) {
          var word = heard.poll(left, TimeUnit.NANOSECONDS);
          if (word != null && word.startsWith(what)) {
            return word;
          }
          if (word != null) {
            others.add(word);
          }
        }
        return null;
      } finally {
        heard.addAll(others);
      }
    }

    @Override
    public <T> ActorRef<T> spawn(Behavior<T> behavior, String name) {
      return system.systemActorOf(behavior, name, Props.empty());
    }

    @Override
    public void removedFromCluster() {
      expelled.set(true);
    }

    @Override
    public void joined(Peer peer) {
      heard.add("joined " + peer.id());
    }

    @Override
    public void left(Peer peer, String how) {
      heard.add("left " + peer.id() + " " + how);
    }
  }
}
