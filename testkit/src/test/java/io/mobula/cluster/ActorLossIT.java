package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ActorHandle;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.ObjectRef;
import io.mobula.error.ActorDiedException;
import io.mobula.placement.Placement;
import io.mobula.testkit.PollingAssert;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Test of actors whose host dies, or to which no handle is left. */
@Tag("long")
@Timeout(180)
class ActorLossIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  /** Actor that counts its calls and returns its process id. */
  static final class CountingActor {
    private int count;

    int next() {
      return ++count;
    }

    long pid() {
      return ProcessHandle.current().pid();
    }

    int hang() throws InterruptedException {
      new CountDownLatch(1).await();
      return 0;
    }

    int hangUnlessHereAlready(ActorHandle<CountingActor> witness) throws InterruptedException {
      if (witness.call(CountingActor::next).remote().get() == 1) {
        hang();
      }
      return 7;
    }
  }

  /** Actor that holds a handle in its own process. */
  static final class HandleHolder {
    private @Nullable ActorHandle<CountingActor> kept;

    void keep(ActorHandle<CountingActor> handle) {
      kept = handle;
    }

    int count() {
      return Objects.requireNonNull(kept).call(CountingActor::next).remote().get();
    }

    void drop() {
      kept = null;
    }

    void collect() {
      System.gc();
    }
  }

  private static MobulaRuntime connect(String seed) {
    return Mobula.connect(seed, Mobula.settings().storeCapacity(1 << 24));
  }

  @Test
  void restartsOnAnotherNodeAsOftenAsAllowed() throws Exception {
    try (var seed = MemberProcess.start("seed")) {
      var address = seed.awaitUp();
      try (var a = MemberProcess.start("a", address);
          var driver = connect(address)) {
        a.awaitUp();
        var first = driver.nodes().stream()
            .filter(node -> node.name().equals("a"))
            .findFirst()
            .orElseThrow()
            .id();
        ActorHandle<CountingActor> witness = driver
            .actor(CountingActor::new)
            .placement(Placement.on(nodeOf(driver, "seed")))
            .remote();
        ActorHandle<CountingActor> mortal = on(driver, first, 0, 0);
        ActorHandle<CountingActor> restarting = on(driver, first, 1, 0);
        ActorHandle<CountingActor> repeating = on(driver, first, 1, 1);
        for (var each : List.of(mortal, restarting, repeating)) {
          assertThat(each.call(CountingActor::pid).remote().get())
              .isEqualTo(a.jvm().pid());
        }
        assertThat(restarting.call(CountingActor::next).remote().get()).isEqualTo(1);
        var lost = restarting.call(CountingActor::hang).remote();
        var behind = new ArrayList<ObjectRef<Integer>>();
        var repeated =
            repeating.call(CountingActor::hangUnlessHereAlready, witness).remote();
        behind.add(repeating.call(CountingActor::next).remote());
        behind.add(repeating.call(CountingActor::next).remote());
        PollingAssert.until(
            SOON,
            () -> "the witness is called again",
            () -> witness.call(CountingActor::next).remote().get() > 1);

        a.jvm().kill();

        assertThatThrownBy(() -> lost.get(SOON))
            .isInstanceOf(ActorDiedException.class)
            .hasMessageContaining("may or may not have run");
        PollingAssert.until(
            SOON,
            () -> "the actor has died with its host",
            () -> deathOf(mortal).contains("its host is gone"));
        assertThat(deathOf(mortal)).contains("(a)");
        assertThat(restarting.call(CountingActor::next).remote().get(SOON)).isEqualTo(1);
        assertThat(restarting.call(CountingActor::pid).remote().get())
            .isEqualTo(seed.jvm().pid());
        assertThat(repeated.get(SOON)).isEqualTo(7);
        assertThat(driver.get(behind, SOON)).containsExactly(1, 2);
      }
    }
  }

  private static String deathOf(ActorHandle<CountingActor> actor) {
    var ref = actor.call(CountingActor::next).remote();
    try {
      return "alive: " + ref.get(SOON);
    } catch (ActorDiedException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static NodeId nodeOf(MobulaRuntime driver, String name) {
    return driver.nodes().stream()
        .filter(node -> node.name().equals(name))
        .findFirst()
        .orElseThrow()
        .id();
  }

  /** Creates an actor on the given node that may restart elsewhere. */
  private static ActorHandle<CountingActor> on(
      MobulaRuntime driver, NodeId node, int restarts, int retries) {
    for (int tries = 0; tries < 100; tries++) {
      ActorHandle<CountingActor> made = driver
          .actor(CountingActor::new)
          .maxRestarts(restarts)
          .maxCallRetries(retries)
          .placement(Placement.spread())
          .remote();
      long pid = made.call(CountingActor::pid).remote().get();
      boolean there =
          driver.nodes().stream().anyMatch(each -> each.id().equals(node) && each.pid() == pid);
      if (there) {
        return made;
      }
      made.kill();
    }
    throw new AssertionError("A hundred spread actors, and none on node " + node);
  }

  @Test
  void endsInTheOtherProcessWhenTheLastHandleIsGone() throws Exception {
    try (var node = MemberProcess.start("a")) {
      var address = node.awaitUp();
      try (var driver = connect(address)) {
        ActorHandle<CountingActor> countingActor =
            driver.actor(CountingActor::new).cpus(2).remote();
        assertThat(countingActor.call(CountingActor::next).remote().get()).isEqualTo(1);
        ActorHandle<HandleHolder> keeper =
            driver.actor(HandleHolder::new).cpus(0).remote();
        keeper.tell(HandleHolder::keep, countingActor).remote().get();
        var next = driver
            .actor(CountingActor::new)
            .cpus(2)
            .remote()
            .call(CountingActor::pid)
            .remote();

        countingActor = null;
        for (int i = 0; i < 4; i++) { // longer than the grace period of handles
          System.gc();
          LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
        }
        assertThat(keeper.call(HandleHolder::count).remote().get()).isEqualTo(2);
        assertThat(next.isReady()).isFalse();

        keeper.tell(HandleHolder::drop).remote().get();
        PollingAssert.until(SOON, () -> "the resources of the dropped actor are free", () -> {
          keeper.tell(HandleHolder::collect).remote().get();
          System.gc();
          return next.isReady();
        });
        assertThat(next.get()).isEqualTo(node.jvm().pid());
      }
    }
  }
}
