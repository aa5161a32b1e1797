package io.mobula.internal.placement;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.SerializationTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import io.mobula.MobulaRuntime.StoreUsage;
import io.mobula.NodeId;
import io.mobula.info.NodeInfo;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.execution.Job;
import io.mobula.internal.fuzz.AkkaMessageFuzzer;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.ledger.LeaseRequester;
import io.mobula.internal.ledger.LedgerClient;
import io.mobula.placement.Resources;
import io.mobula.spi.ActorSpawner;
import io.mobula.spi.DeviceView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tests of the reports that a node sends of its ledger and receives from others. */
class ResourceViewGossipTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final Peer SELF = peer(1, Peer.Role.NODE);
  private static final Peer OTHER = peer(2, Peer.Role.NODE);
  private static final Peer THIRD = peer(3, Peer.Role.NODE);

  private final TestProbe<ResourceViewGossip.Command> other =
      KIT.createTestProbe(ResourceViewGossip.Command.class);
  private final FakeMembership membership = new FakeMembership();
  private LedgerClient ledger;
  private ClusterResourceView views;
  private ActorRef<ResourceViewGossip.Command> actor;

  @AfterAll
  static void end() {
    KIT.shutdownTestKit();
  }

  private static Peer peer(long id, Peer.Role role) {
    return new Peer(
        new NodeId(id),
        "127.0.0.1:" + id,
        "n" + id,
        "here",
        id,
        role,
        Map.of("zone", "z" + id),
        new Peer.StoreLocation("/dev/shm/x", 1, 2, Peer.StoreLocation.DEFAULT_GROUP));
  }

  private static NodeResourceReport state(long freeUnits) {
    return new NodeResourceReport(
        Map.of("CPU", 40_000L),
        Map.of("CPU", freeUnits),
        3,
        new StoreUsage(10, 100, 1, 20, 2),
        true,
        List.of(new DeviceView(0, "GPU-0", "NVIDIA H200", 1L << 37, 10_000, 5_000, "")),
        List.of(new AbsentWorker(1, Map.of("CPU", 10_000L), List.of(), false)));
  }

  @BeforeEach
  void open() {
    ledger = LedgerClient.start(Resources.none().cpus(2), new ActorSpawner() {
      @Override
      public <T> ActorRef<T> spawn(Behavior<T> behavior, String name) {
        return KIT.spawn(behavior);
      }
    });
    views = new ClusterResourceView(membership, ledger, () -> new StoreUsage(25, 100, 7, 0, 0));
    views.open(new ActorSpawner() {
      @Override
      @SuppressWarnings("unchecked")
      public <T> ActorRef<T> spawn(Behavior<T> behavior, String name) {
        var spawned = KIT.spawn(behavior);
        actor = (ActorRef<ResourceViewGossip.Command>) spawned;
        return spawned;
      }
    });
  }

  private void otherJoins() {
    membership.peers.add(OTHER);
    membership.listeners.forEach(listener -> listener.joined(OTHER));
  }

  private ResourceViewGossip.ResourceReport heard() {
    return other.expectMessageClass(
        ResourceViewGossip.ResourceReport.class, Duration.ofSeconds(10));
  }

  @Test
  void aNodeKnowsItselfBeforeAnythingElse() {
    assertThat(views.now().node(SELF.id()).orElseThrow().total())
        .isEqualTo(Resources.none().cpus(2));
    assertThat(views.now().node(SELF.id()).orElseThrow().storeUsage()).isEqualTo(0.25);
  }

  @Test
  void whoJoinsIsToldAtOnceAndAskedForTheSame() {
    otherJoins();
    var report = heard();
    // a report of its first balance may have been sent to all just before
    while (!report.wantsReply()) {
      report = heard();
    }
    assertThat(report.node()).isEqualTo(SELF.id());
    assertThat(report.state().total()).isEqualTo(Map.of("CPU", 20_000L));
  }

  @Test
  void aChangeOfTheBalanceIsToldWithALaterVersion() throws Exception {
    otherJoins();
    var before = heard();
    var lease = lease();
    var after = heard();
    while (!after.state().available().isEmpty()) {
      after = heard();
    }
    assertThat(after.version()).isGreaterThan(before.version());
    lease.release();
    while (after.state().available().isEmpty()) {
      after = heard();
    }
    assertThat(after.state().available()).isEqualTo(Map.of("CPU", 20_000L));
  }

  @Test
  void manyChangesAreToldSeldom() throws Exception {
    otherJoins();
    heard();
    long start = System.nanoTime();
    for (int i = 0; i < 1_000; i++) {
      lease().release();
    }
    long millis = Duration.ofNanos(System.nanoTime() - start).toMillis();
    int told = 0;
    for (var each : other.receiveSeveralMessages(2, Duration.ofSeconds(10))) {
      assertThat(each).isInstanceOf(ResourceViewGossip.ResourceReport.class);
      told++;
    }
    while (otherHas()) {
      told++;
    }
    assertThat((long) told).isLessThanOrEqualTo(millis / 50 + 10);
  }

  private boolean otherHas() {
    try {
      other.receiveMessage(Duration.ofMillis(200));
      return true;
    } catch (AssertionError nothing) {
      return false;
    }
  }

  @Test
  void theLastVersionOfAPeerCounts() {
    otherJoins();
    actor.tell(new ResourceViewGossip.ResourceReport(OTHER.id(), 5, state(30_000), true));
    var answer = heard();
    while (answer.wantsReply()) {
      answer = heard();
    }
    assertThat(answer.node()).as("it was asked to say the same").isEqualTo(SELF.id());
    actor.tell(new ResourceViewGossip.ResourceReport(OTHER.id(), 4, state(10_000), true));
    membership.peers.add(THIRD);
    actor.tell(new ResourceViewGossip.ResourceReport(
        // when this has arrived, the messages before it were handled
        THIRD.id(), 1, state(10_000), false));
    other.awaitAssert(
        Duration.ofSeconds(10), () -> assertThat(views.now().node(THIRD.id())).isPresent());
    var seen = views.now().node(OTHER.id()).orElseThrow();
    assertThat(seen.available()).isEqualTo(Resources.none().cpus(3));
    assertThat(seen.labels()).isEqualTo(OTHER.labels());
    assertThat(seen.queued()).isEqualTo(3);
    assertThat(views.store(OTHER.id())).isEqualTo(new StoreUsage(10, 100, 1, 20, 2));
  }

  @Test
  void whoLeavesIsForgottenAndLateWordsOfItDropped() throws Exception {
    otherJoins();
    actor.tell(new ResourceViewGossip.ResourceReport(OTHER.id(), 1, state(0), true));
    var probe = KIT.createTestProbe(String.class);
    views.onChange(() -> {
      if (views.now().node(OTHER.id()).isEmpty()) {
        probe.getRef().tell("forgotten");
      }
    });
    probe.awaitAssert(() -> assertThat(views.now().node(OTHER.id())).isPresent());
    membership.peers.clear();
    membership.listeners.forEach(listener -> listener.left(OTHER, "gone"));
    actor.tell(new ResourceViewGossip.ResourceReport(OTHER.id(), 2, state(0), false));
    probe.expectMessage(Duration.ofSeconds(10), "forgotten");
    lease(); // a later change of its own, and the peer stays forgotten
    probe.expectMessage(Duration.ofSeconds(10), "forgotten");
  }

  @Test
  void whoDrainsSaysThatItAcceptsNothing() {
    otherJoins();
    heard();
    views.drain();
    var report = heard();
    while (report.state().accepting()) {
      report = heard();
    }
    assertThat(report.state().accepting()).isFalse();
  }

  @Test
  void workersThatAreNotUpAreKnownUntilTheyAre() {
    var absent = new AtomicReference<List<AbsentWorker>>(List.of(
        new AbsentWorker(0, Map.of("CPU", 10_000L), List.of(), false),
        new AbsentWorker(1, Map.of("CPU", 10_000L), List.of(), true)));
    otherJoins();
    views.setAbsentSource(absent::get);
    other.awaitAssert(Duration.ofSeconds(10), () -> {
      assertThat(views.absent().starting())
          .singleElement()
          .satisfies(worker -> assertThat(worker.labels()).isEqualTo(SELF.labels()));
      return assertThat(views.absent().givenUp()).hasSize(1);
    });
    actor.tell(new ResourceViewGossip.ResourceReport(OTHER.id(), 1, state(0), false));
    other.awaitAssert(
        Duration.ofSeconds(10), () -> assertThat(views.absent().starting()).hasSize(2));
    absent.set(List.of());
    views.markStale();
    other.awaitAssert(
        Duration.ofSeconds(10), () -> assertThat(views.absent().givenUp()).hasSize(0));
    membership.listeners.forEach(listener -> listener.left(OTHER, "gone"));
    other.awaitAssert(
        Duration.ofSeconds(10), () -> assertThat(views.absent().starting()).hasSize(0));
  }

  @Test
  void whoDrainsStartsNoWorkers() {
    views.setAbsentSource(() -> List.of(new AbsentWorker(0, Map.of(), List.of(), false)));
    other.awaitAssert(
        Duration.ofSeconds(10), () -> assertThat(views.absent().starting()).hasSize(1));
    views.drain();
    other.awaitAssert(
        Duration.ofSeconds(10), () -> assertThat(views.absent().starting()).hasSize(0));
  }

  @Test
  void wordsTravel() {
    var kit = new SerializationTestKit(KIT.system());
    kit.verifySerialization(
        new ResourceViewGossip.ResourceReport(new NodeId(-3), Long.MAX_VALUE, state(1), true),
        true);
  }

  @Tag("fuzz")
  @Test
  void alteredWordsAreWholeOrRefused() {
    var report =
        new ResourceViewGossip.ResourceReport(new NodeId(-3), Long.MAX_VALUE, state(1), true);
    AkkaMessageFuzzer.search("views of ledgers", 100, KIT.system(), List.of(report), message -> {});
  }

  private Lease lease() throws Exception {
    var granted = new CompletableFuture<Lease>();
    ledger.acquire(new LeaseRequester() {
      @Override
      public Job job() {
        return new Job(new NodeId(1), false, null, 1);
      }

      @Override
      public Resources wanted() {
        return Resources.none().cpus(2);
      }

      @Override
      public String description() {
        return "a test";
      }

      @Override
      public boolean stillWants() {
        return true;
      }

      @Override
      public void granted(Lease lease) {
        granted.complete(lease);
      }

      @Override
      public void recalled(Lease lease) {}
    });
    return granted.get(10, TimeUnit.SECONDS);
  }

  private final class FakeMembership implements Membership {
    private final List<Peer> peers = new CopyOnWriteArrayList<>();
    private final List<Listener> listeners = new ArrayList<>();

    @Override
    public Peer self() {
      return SELF;
    }

    @Override
    public Collection<Peer> peers() {
      return peers;
    }

    @Override
    public Peer peer(NodeId id) {
      return id.equals(SELF.id())
          ? SELF
          : peers.stream().filter(each -> each.id().equals(id)).findFirst().orElse(null);
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> ActorRef<T> actor(Peer peer, String name) {
      return (ActorRef<T>) other.getRef();
    }

    @Override
    public void reportDead(NodeId id, String how) {}

    @Override
    public void subscribe(Listener listener) {
      listeners.add(listener);
    }

    @Override
    public NodeInfo.State statusOf(Peer peer) {
      return NodeInfo.State.ALIVE;
    }
  }
}
