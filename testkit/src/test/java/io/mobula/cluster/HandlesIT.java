package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import io.mobula.ActorHandle;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.ObjectRef;
import io.mobula.Placement;
import io.mobula.Resources;
import io.mobula.internal.cluster.ControlMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * An actor lives for as long as anybody in the cluster can reach it, wherever its handle is, and
 * ends after that: another then gets the one seat that it sat on.
 */
@Tag("long")
@Timeout(240)
class HandlesIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String SEAT = "Seat";

  private MobulaRuntime here;
  private MemberProcess a;
  private MemberProcess b;

  @BeforeEach
  void start() throws Exception {
    here = Mobula.init(Mobula.settings()
        .listen(0)
        .cpus(2)
        .storeCapacity(1 << 24)
        .set("mobula.cluster.transit-hold", Duration.ofSeconds(2)));
    var address = here.nodes().getFirst().address();
    a = MemberProcess.start(
        "a",
        MemberProcess.plan("a")
            .property("mobula.cluster.seeds", address)
            .property("mobula.resources.custom." + SEAT, "1"));
    b = MemberProcess.start("b", address);
    a.awaitUp();
    b.awaitUp();
    Awaited.that(() -> here.nodes().size(), nodes -> nodes == 3);
  }

  @AfterEach
  void end() {
    here.close();
    a.close();
    b.close();
  }

  /** Counts its calls. */
  static final class Sitting {
    private int calls;

    int call() {
      return ++calls;
    }
  }

  /** Keeps handles in its state. */
  static final class Keeper {
    private final List<ActorHandle<Sitting>> kept = new ArrayList<>();

    void keep(ActorHandle<Sitting> handle) {
      kept.add(handle);
    }

    int callKept() {
      return kept.getFirst().call(Sitting::call).remote().get();
    }
  }

  private ActorHandle<Sitting> sitting() {
    return here.actor(Sitting::new).resource(SEAT, 1).remote();
  }

  private NodeId idOfB() {
    return here.nodes().stream()
        .filter(node -> node.name().equals("b"))
        .findFirst()
        .orElseThrow()
        .id();
  }

  /** Collects for longer than an actor lives on without handles, as often as it takes. */
  private static void collectForAWhile(ObjectRef<?> free) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
    Awaited.that(
        () -> {
          System.gc();
          return free.isReady() || System.nanoTime() - end > 0;
        },
        over -> over);
  }

  private static boolean ends(ObjectRef<?> free) {
    return Awaited.that(
        () -> {
          System.gc();
          return free.isReady();
        },
        ready -> ready);
  }

  @Test
  void aProcessThatIsKilledWithTheOnlyHandleReachesNothing() throws Exception {
    ActorHandle<Keeper> keeper =
        here.actor(Keeper::new).placement(Placement.on(idOfB())).remote();
    keeper.tell(Keeper::keep, sitting()).remote().get(SOON);
    var free = sitting().call(Sitting::call).remote();

    collectForAWhile(free);
    assertThat(keeper.call(Keeper::callKept).remote().get(SOON)).isEqualTo(1);
    assertThat(free.isReady()).isFalse();

    b.jvm().kill();
    assertThat(ends(free)).isTrue();
    assertThat(free.get(SOON)).isEqualTo(1);
  }

  @Test
  void aHandleInsideAStoredObjectKeepsItsActor() {
    var stored = here.put(List.of(sitting()));
    var free = sitting().call(Sitting::call).remote();

    collectForAWhile(free);
    int called = here.task(
            (List<ActorHandle<Sitting>> handles) ->
                handles.getFirst().call(Sitting::call).remote().get(),
            stored)
        .placement(Placement.on(idOfB()))
        .remote()
        .get(SOON);
    assertThat(called).isEqualTo(1);
    assertThat(free.isReady()).isFalse();

    stored.close();
    collectAtB();
    assertThat(ends(free)).isTrue();
  }

  private void collectAtB() {
    here.action(System::gc).placement(Placement.on(idOfB())).remote().get(SOON);
  }

  /** Any message that Jackson writes may have handles inside. */
  record Given(List<ActorHandle<Sitting>> handles) implements ControlMessage {}

  /** Keeps what it was given last. */
  private static Behavior<Given> keeping(List<ActorHandle<Sitting>> kept) {
    return Behaviors.receive(Given.class)
        .onMessage(Given.class, given -> {
          kept.forEach(handle -> handle.call(Sitting::call).remote());
          return keeping(given.handles());
        })
        .build();
  }

  @Test
  void aHandleInAnAkkaMessageKeepsItsActorOnItsWayAndAfterIt() throws Exception {
    var keeping = here.<Given>spawn(
            () -> keeping(List.of()), "keeping", Resources.none(), Placement.on(idOfB()))
        .toCompletableFuture()
        .get(60, TimeUnit.SECONDS);
    keeping.tell(new Given(List.of(sitting())));
    var free = sitting().call(Sitting::call).remote();

    collectForAWhile(free); // longer than the hold of the message's way, too
    assertThat(free.isReady()).isFalse();

    keeping.tell(new Given(List.of()));
    var freed = Awaited.that(
        () -> {
          collectAtB();
          System.gc();
          return free.isReady();
        },
        ready -> ready);
    assertThat(freed).isTrue();
  }
}
