package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import io.mobula.ActorHandle;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.ObjectRef;
import io.mobula.internal.cluster.ControlMessage;
import io.mobula.placement.Placement;
import io.mobula.placement.Resources;
import io.mobula.testkit.PollingAssert;
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
 * Test that an actor lives as long as any process of the cluster can reach it, wherever its handle
 * is, and ends after that: another actor then receives the only unit of the resource {@code Seat}.
 */
@Tag("long")
@Timeout(240)
class HandleReachabilityIT {
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
    PollingAssert.untilMatches(
        "three nodes are there", () -> here.nodes().size(), nodes -> nodes == 3);
  }

  @AfterEach
  void end() {
    here.close();
    a.close();
    b.close();
  }

  /** Actor that holds the seat and counts its calls. */
  static final class SeatedActor {
    private int calls;

    int call() {
      return ++calls;
    }
  }

  /** Actor that holds handles in its state. */
  static final class HandleHolder {
    private final List<ActorHandle<SeatedActor>> kept = new ArrayList<>();

    void keep(ActorHandle<SeatedActor> handle) {
      kept.add(handle);
    }

    int callKept() {
      return kept.getFirst().call(SeatedActor::call).remote().get();
    }
  }

  private ActorHandle<SeatedActor> seatedActor() {
    return here.actor(SeatedActor::new).resource(SEAT, 1).remote();
  }

  private NodeId idOfB() {
    return here.nodes().stream()
        .filter(node -> node.name().equals("b"))
        .findFirst()
        .orElseThrow()
        .id();
  }

  /** Runs the garbage collector for longer than an actor survives without handles. */
  private static void collectForAWhile(ObjectRef<?> free) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
    PollingAssert.untilMatches(
        "five seconds have passed",
        () -> {
          System.gc();
          return free.isReady() || System.nanoTime() - end > 0;
        },
        over -> over);
  }

  private static void awaitEnd(ObjectRef<?> free) throws Exception {
    PollingAssert.untilMatches(
        "the actor without handles has ended",
        () -> {
          System.gc();
          return free.isReady();
        },
        ready -> ready);
  }

  @Test
  void aProcessThatIsKilledWithTheOnlyHandleReachesNothing() throws Exception {
    ActorHandle<HandleHolder> keeper =
        here.actor(HandleHolder::new).placement(Placement.on(idOfB())).remote();
    keeper.tell(HandleHolder::keep, seatedActor()).remote().get(SOON);
    var free = seatedActor().call(SeatedActor::call).remote();

    collectForAWhile(free);
    assertThat(keeper.call(HandleHolder::callKept).remote().get(SOON)).isEqualTo(1);
    assertThat(free.isReady()).isFalse();

    b.jvm().kill();
    awaitEnd(free);
    assertThat(free.get(SOON)).isEqualTo(1);
  }

  @Test
  void aHandleInsideAStoredObjectKeepsItsActor() throws Exception {
    var stored = here.put(List.of(seatedActor()));
    var free = seatedActor().call(SeatedActor::call).remote();

    collectForAWhile(free);
    int called = here.task(
            (List<ActorHandle<SeatedActor>> handles) ->
                handles.getFirst().call(SeatedActor::call).remote().get(),
            stored)
        .placement(Placement.on(idOfB()))
        .remote()
        .get(SOON);
    assertThat(called).isEqualTo(1);
    assertThat(free.isReady()).isFalse();

    stored.close();
    collectAtB();
    awaitEnd(free);
  }

  private void collectAtB() {
    here.action(System::gc).placement(Placement.on(idOfB())).remote().get(SOON);
  }

  /** Akka message with handles, encoded by Jackson. */
  record HandleMessage(List<ActorHandle<SeatedActor>> handles) implements ControlMessage {}

  /** Returns a behavior that holds the handles it received last. */
  private static Behavior<HandleMessage> keeping(List<ActorHandle<SeatedActor>> kept) {
    return Behaviors.receive(HandleMessage.class)
        .onMessage(HandleMessage.class, handleMessage -> {
          kept.forEach(handle -> handle.call(SeatedActor::call).remote());
          return keeping(handleMessage.handles());
        })
        .build();
  }

  @Test
  void aHandleInAnAkkaMessageKeepsItsActorOnItsWayAndAfterIt() throws Exception {
    var keeping = here.<HandleMessage>spawn(
            () -> keeping(List.of()), "keeping", Resources.none(), Placement.on(idOfB()))
        .toCompletableFuture()
        .get(60, TimeUnit.SECONDS);
    keeping.tell(new HandleMessage(List.of(seatedActor())));
    var free = seatedActor().call(SeatedActor::call).remote();

    collectForAWhile(free); // longer than the hold of refs in messages, too
    assertThat(free.isReady()).isFalse();

    keeping.tell(new HandleMessage(List.of()));
    PollingAssert.untilMatches(
        "the actor without handles has ended",
        () -> {
          collectAtB();
          System.gc();
          return free.isReady();
        },
        ready -> ready);
  }
}
