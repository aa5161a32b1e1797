package io.mobula.internal.placement;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import io.mobula.NodeId;
import io.mobula.error.MobulaException;
import io.mobula.error.UnschedulableException;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.execution.Job;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.SimulatedTransport;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.ledger.LedgerClient;
import io.mobula.placement.Placement;
import io.mobula.placement.Resources;
import io.mobula.spi.ActorSpawner;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Tests of lease requests while the view of the cluster changes: the last placement attempt counts.
 */
class ClusterLeaseSourceTest {
  private static final NodeId SELF = new NodeId(1);
  private static final NodeId OTHER = new NodeId(2);
  private static final PlacementDecision HERE = new PlacementDecision.AtNode(SELF);
  private static final PlacementDecision NOWHERE =
      new PlacementDecision.Later(null, "no node has so much");
  private static final PlacementDecision NOT_READY =
      new PlacementDecision.Await("it is being made");

  private final BlockingQueue<Runnable> timers = new LinkedBlockingQueue<>();
  private final AtomicReference<PlacementDecision> view = new AtomicReference<>(NOWHERE);
  private volatile Runnable meanwhile = () -> {};
  private volatile int queued = 1; // at each node, by its last report
  private final SimulatedTransport transport =
      new SimulatedTransport(SimulatedTransport.peer(SELF.incarnation(), Peer.Role.NODE));
  private ActorTestKit kit;
  private ClusterLeaseSource leaseSource;

  @BeforeEach
  void start() {
    kit = ActorTestKit.create();
    var ledger = LedgerClient.start(Resources.none().cpus(1), new ActorSpawner() {
      @Override
      public <T> ActorRef<T> spawn(Behavior<T> behavior, String name) {
        return kit.spawn(behavior, name);
      }
    });
    // this node never answers
    transport.join(SimulatedTransport.peer(OTHER.incarnation(), Peer.Role.NODE));
    var bundles = new NoBundles();
    var granter = new LeaseGranter(ledger, transport.peerTransport(), wanted -> null, bundles);
    leaseSource = new ClusterLeaseSource(
        ledger,
        transport.peerTransport(),
        granter,
        new ClusterLeaseSource.PlacementRules(
            this::choose, node -> queued, bundles, Duration.ofSeconds(30), (delay, action) -> {
              timers.add(action);
              return () -> timers.remove(action);
            }));
  }

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  /** Chooses slowly: the view may have changed when the choice is used. */
  private PlacementDecision choose(ClusterLeaseRequester requester, long turn) {
    var seen = view.get();
    var now = meanwhile;
    meanwhile = () -> {};
    now.run();
    return seen;
  }

  private void change(PlacementDecision to) {
    view.set(to);
    leaseSource.rescanQueue();
  }

  @Test
  void aLookThatIsOverlappedByAChangeIsNotTheLast() throws Exception {
    meanwhile = () -> change(HERE);
    var client = new Client();
    leaseSource.acquire(client);
    assertThat(client.granted.poll(10, TimeUnit.SECONDS)).isNotNull();
    assertThat(leaseSource.unschedulable()).isEmpty();
  }

  @Test
  void anOverlappedLookDoesNotTakeARequestBack() throws Exception {
    var first = new Client();
    view.set(HERE);
    leaseSource.acquire(first); // the only CPU
    var lease = first.granted.poll(10, TimeUnit.SECONDS);
    view.set(NOT_READY);
    meanwhile = () -> change(HERE);
    var second = new Client();
    leaseSource.acquire(second);
    assertThat(lease).isNotNull();
    lease.release();
    assertThat(second.granted.poll(10, TimeUnit.SECONDS)).isNotNull();
  }

  @Test
  void itLooksOnceMoreBeforeItGivesUp() throws Exception {
    var client = new Client();
    leaseSource.acquire(client);
    timers.remove().run(); // the warning is due
    view.set(HERE); // without a notification of the change
    timers.remove().run(); // the timeout is due
    assertThat(client.granted.poll(10, TimeUnit.SECONDS)).isNotNull();
    assertThat(client.refusals).isEmpty();
  }

  @Test
  void itGivesUpWhenThereIsStillNoNode() {
    var client = new Client();
    leaseSource.acquire(client);
    assertThat(leaseSource.unschedulable()).hasSize(1);
    timers.remove().run();
    timers.remove().run();
    assertThat(client.refusals.remove())
        .isInstanceOf(UnschedulableException.class)
        .hasMessageContaining("no node has so much");
    assertThat(leaseSource.unschedulable()).isEmpty();
  }

  @Test
  void whatComesBackMeanwhileHasAllItsTimeAgain() {
    var client = new Client();
    leaseSource.acquire(client);
    timers.remove().run();
    var end = timers.remove();
    change(NOT_READY);
    change(NOWHERE);
    end.run(); // of the earlier period
    assertThat(client.refusals).isEmpty();
    assertThat(leaseSource.unschedulable()).hasSize(1);
  }

  /**
   * Asks a node again that has returned a request, although no new report of it arrives: its worker
   * ended before the task was there.
   */
  @Test
  void aNodeThatSentARequestBackIsAskedAgainThoughNoNewsOfItComes() {
    view.set(new PlacementDecision.AtNode(OTHER));
    var client = new Client();
    leaseSource.acquire(client);
    transport.receive(
        OTHER,
        FrameWriter.of(FrameKind.LEASE_REDIRECTED)
            .int64(1)
            .int64(SELF.incarnation())
            .octet(1)
            .toBytes());
    timers.remove().run(); // the next attempt, after a while
    transport.receive(
        OTHER,
        FrameWriter.of(FrameKind.LEASE_GRANTED)
            .int64(2)
            .int64(17)
            .int64(OTHER.incarnation())
            .toBytes());
    assertThat(client.grantedAt).containsExactly(Map.entry(OTHER, 17L));
    assertThat(timers).isEmpty();
  }

  /**
   * Keeps a request at a node that reports no waiting request: the report that its resources are
   * taken may arrive before the grant.
   */
  @Test
  void aRequestStaysAtANodeThatReportsNobodyWaiting() throws Exception {
    view.set(new PlacementDecision.AtNode(OTHER));
    queued = 0;
    var client = new Client();
    leaseSource.acquire(client);
    change(HERE);
    assertThat(leaseSource.pendingRequest(client).waitStep().text())
        .contains("is at node " + OTHER);
    queued = 1;
    leaseSource.rescanQueue();
    assertThat(client.granted.poll(10, TimeUnit.SECONDS)).isNotNull();
  }

  @Test
  void whatAPolicyThrowsIsTheOutcome() {
    meanwhile = () -> {
      throw new IllegalStateException("of the user");
    };
    var client = new Client();
    leaseSource.acquire(client);
    assertThat(client.refusals.remove())
        .isInstanceOf(UnschedulableException.class)
        .hasMessageContaining("IllegalStateException");
  }

  @Test
  void soIsAnErrorOfIt() {
    meanwhile = () -> {
      throw new StackOverflowError();
    };
    var client = new Client();
    leaseSource.acquire(client);
    assertThat(client.refusals.remove())
        .isInstanceOf(UnschedulableException.class)
        .hasMessageContaining("StackOverflowError");
  }

  @Test
  void aPolicyThatGivesNoChoiceRefuses() {
    view.set(null);
    var client = new Client();
    leaseSource.acquire(client);
    assertThat(client.refusals.remove()).isInstanceOf(UnschedulableException.class);
    view.set(HERE);
    leaseSource.acquire(client); // and the next request is decided as usual
    assertThat(client.refusals).isEmpty();
  }

  /** Requester that keeps what it is granted. */
  private static final class Client implements ClusterLeaseRequester {
    private final BlockingQueue<Lease> granted = new LinkedBlockingQueue<>();
    private final BlockingQueue<Map.Entry<NodeId, Long>> grantedAt = new LinkedBlockingQueue<>();
    private final BlockingQueue<MobulaException> refusals = new LinkedBlockingQueue<>();

    @Override
    public Purpose purpose() {
      return Purpose.ACTOR;
    }

    @Override
    public Placement placement() {
      return Placement.anywhere();
    }

    @Override
    public Resources wanted() {
      return Resources.none().cpus(1);
    }

    @Override
    public Job job() {
      return new Job(SELF, false, null, 1);
    }

    @Override
    public String description() {
      return "client";
    }

    @Override
    public boolean stillWants() {
      return true;
    }

    @Override
    public void granted(Lease lease) {
      granted.add(lease);
    }

    @Override
    public void grantedAt(NodeId node, long lease) {
      grantedAt.add(Map.entry(node, lease));
    }

    @Override
    public void refused(Function<String, MobulaException> why) {
      refusals.add(why.apply("the client"));
    }

    @Override
    public void recalled(Lease lease) {}
  }
}
