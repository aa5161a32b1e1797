package io.mobula.internal.group;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import io.mobula.NodeId;
import io.mobula.internal.execution.Job;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.ledger.LeaseRequester;
import io.mobula.internal.ledger.LedgerClient;
import io.mobula.placement.Placement;
import io.mobula.placement.PlacementGroupId;
import io.mobula.placement.PlacementStrategy;
import io.mobula.placement.Resources;
import io.mobula.spi.ActorSpawner;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests of a node's agent with a ledger of four CPUs, from the scheduler's side. */
class GroupAgentTest {
  private static final NodeId SELF = new NodeId(5);
  private static final NodeId OTHER = new NodeId(6);
  private static final PlacementGroupId ID = new PlacementGroupId(5, 1);
  private static final long SCHEDULER = 100;

  private static final GroupSpec SPEC = new GroupSpec(
      ID,
      null,
      PlacementStrategy.PACK,
      List.of(Map.of("CPU", 10_000L), Map.of("CPU", 20_000L)),
      SELF,
      false);

  private ActorTestKit kit;
  private LedgerClient ledger;
  private BundleLedgers bundles;
  private TestProbe<GroupScheduler.Command> scheduler;
  private ActorRef<GroupAgent.Command> keeper;
  private final BlockingQueue<PlacementGroupId> ended = new LinkedBlockingQueue<>();

  @BeforeEach
  void start() {
    kit = ActorTestKit.create();
    ledger = LedgerClient.start(Resources.none().cpus(4), new ActorSpawner() {
      @Override
      public <T> ActorRef<T> spawn(Behavior<T> behavior, String name) {
        return kit.spawn(behavior, name);
      }
    });
    bundles = new BundleLedgers();
    keeper(Duration.ofSeconds(30));
  }

  private void keeper(Duration hold) {
    keeper = kit.spawn(GroupAgent.create(
        new GroupAgent.Dependencies(
            SELF, ledger, bundles, new GroupTable(SELF, node -> true), new RecordingListener()),
        hold));
    scheduler = kit.createTestProbe();
    keeper.tell(new GroupAgent.ReportRequest(SCHEDULER, scheduler.getRef()));
    var holdings = scheduler.expectMessageClass(GroupScheduler.Reported.class);
    assertThat(holdings.last()).isTrue();
  }

  private final class RecordingListener implements GroupAgent.AgentListener {
    @Override
    public void ended(PlacementGroupId id, GroupTable.EndedGroup past) {
      ended.add(id);
    }

    @Override
    public void staleGroup(PlacementGroupId id) {}

    @Override
    public void bundlesChanged() {}
  }

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  private void free(double cpus) {
    var probe = kit.<LedgerClient.BalanceSnapshot>createTestProbe();
    probe.awaitAssert(() -> {
      ledger.watch(probe.getRef(), () -> {});
      assertThat(probe.receiveMessage().available().amount("CPU")).isEqualTo(cpus);
      return true;
    });
  }

  private void prepare(int attempt, Integer... which) {
    keeper.tell(new GroupAgent.Prepare(SCHEDULER, SPEC, attempt, List.of(which)));
  }

  private void commit(int attempt, long... places) {
    keeper.tell(new GroupAgent.Commit(
        SCHEDULER, new BundleAssignment(SPEC, attempt, List.of(places[0], places[1]))));
  }

  /** Requester that keeps what it is granted. */
  private static final class Client implements LeaseRequester {
    private final Resources wanted;
    private final BlockingQueue<Lease> leases = new LinkedBlockingQueue<>();
    private final BlockingQueue<Boolean> away = new LinkedBlockingQueue<>();

    Client(double cpus) {
      wanted = Resources.none().cpus(cpus);
    }

    @Override
    public Resources wanted() {
      return wanted;
    }

    @Override
    public Job job() {
      return new Job(SELF, false, null, 1);
    }

    @Override
    public String description() {
      return "a client";
    }

    @Override
    public boolean stillWants() {
      return true;
    }

    @Override
    public void ledgerClosed() {
      away.add(true);
    }

    @Override
    public void granted(Lease lease) {
      leases.add(lease);
    }

    @Override
    public void recalled(Lease lease) {}

    Lease lease() throws InterruptedException {
      var lease = leases.poll(10, TimeUnit.SECONDS);
      assertThat(lease).isNotNull();
      return lease;
    }
  }

  @Test
  void reservesAllOrNothingAndAtOnce() {
    prepare(1, 0, 1);
    scheduler.expectMessage(new GroupScheduler.Prepared(SELF, ID, 1));
    free(1);
    var second = new GroupSpec(
        new PlacementGroupId(5, 2), null, PlacementStrategy.PACK, SPEC.bundles(), SELF, false);
    keeper.tell(new GroupAgent.Prepare(SCHEDULER, second, 1, List.of(0, 1)));
    scheduler.expectMessage(new GroupScheduler.Refused(SELF, second.id(), 1));
    free(1);
    keeper.tell(new GroupAgent.Abort(SCHEDULER, ID, 1));
    free(4);
  }

  @Test
  void aReservationDoesNotOvertakeWhoWaits() throws Exception {
    var holder = new Client(3);
    ledger.acquire(holder);
    var held = holder.lease();
    var waiting = new Client(4);
    ledger.acquire(waiting);
    prepare(1, 0);
    scheduler.expectMessage(new GroupScheduler.Refused(SELF, ID, 1));
    held.release();
    waiting.lease().release();
    prepare(2, 0);
    scheduler.expectMessage(new GroupScheduler.Prepared(SELF, ID, 2));
  }

  @Test
  void whatIsNotCommittedGoesBackByItself() {
    keeper(Duration.ofMillis(100));
    prepare(1, 0, 1);
    scheduler.expectMessage(new GroupScheduler.Prepared(SELF, ID, 1));
    free(4);
    commit(1, 5, 5);
    scheduler.expectMessage(new GroupScheduler.Committed(SELF, ID, 1, List.of()));
    free(4);
  }

  @Test
  void aCommittedBundleIsALedger() throws Exception {
    prepare(1, 0, 1);
    scheduler.expectMessage(new GroupScheduler.Prepared(SELF, ID, 1));
    commit(1, 5, 5);
    scheduler.expectMessage(new GroupScheduler.Committed(SELF, ID, 1, List.of(0, 1)));
    var first = new Client(2);
    assertThat(bundles.acquire(ID, Placement.Group.ANY, first)).isTrue();
    var lease = first.lease();
    var second = new Client(2);
    assertThat(bundles.acquire(ID, 1, second)).isTrue();
    assertThat(bundles.acquire(ID, 0, new Client(2))).as("one has one CPU").isFalse();
    assertThat(second.leases).isEmpty();

    keeper.tell(new GroupAgent.Remove(SCHEDULER, ID, GroupTermination.removed("")));
    scheduler.expectMessage(new GroupScheduler.Removed(SELF, ID));
    assertThat(ended.poll(10, TimeUnit.SECONDS)).isEqualTo(ID);
    assertThat(second.away.poll(10, TimeUnit.SECONDS)).isTrue();
    free(2); // the resources of the lease are free only after its release
    lease.release();
    free(4);
    assertThat(bundles.acquire(ID, 1, new Client(1))).isFalse();
  }

  @Test
  void olderAttemptsAndSchedulersAreIgnored() {
    prepare(3, 0);
    scheduler.expectMessage(new GroupScheduler.Prepared(SELF, ID, 3));
    prepare(2, 1);
    commit(2, 5, 5);
    keeper.tell(new GroupAgent.Abort(SCHEDULER, ID, 2));
    keeper.tell(new GroupAgent.Abort(SCHEDULER - 1, ID, 3));
    scheduler.expectNoMessage(Duration.ofMillis(50));
    free(3);
    var late = kit.<GroupScheduler.Command>createTestProbe();
    keeper.tell(new GroupAgent.ReportRequest(SCHEDULER - 1, late.getRef()));
    late.expectMessage(new GroupScheduler.Superseded(SCHEDULER));
    commit(3, 5, 6);
    scheduler.expectMessage(new GroupScheduler.Committed(SELF, ID, 3, List.of(0)));
  }

  @Test
  void aLaterSchedulerLearnsWhatIsHere() {
    prepare(1, 0);
    scheduler.expectMessage(new GroupScheduler.Prepared(SELF, ID, 1));
    commit(1, 5, 6);
    scheduler.expectMessage(new GroupScheduler.Committed(SELF, ID, 1, List.of(0)));
    var later = kit.<GroupScheduler.Command>createTestProbe();
    keeper.tell(new GroupAgent.ReportRequest(SCHEDULER + 1, later.getRef()));
    var map = new BundleAssignment(SPEC, 1, List.of(5L, 6L));
    assertThat(later.expectMessageClass(GroupScheduler.Reported.class).report().bundles())
        .containsExactly(new GroupReport.HeldGroup(map, 1, List.of(0)));
    assertThat(later.expectMessageClass(GroupScheduler.Reported.class).last()).isTrue();
  }

  @Test
  void aBundleThatAnotherNodeHasNowIsGivenUp() {
    prepare(1, 0, 1);
    scheduler.expectMessage(new GroupScheduler.Prepared(SELF, ID, 1));
    commit(1, 5, 5);
    scheduler.expectMessage(new GroupScheduler.Committed(SELF, ID, 1, List.of(0, 1)));
    commit(2, OTHER.incarnation(), 5);
    scheduler.expectMessage(new GroupScheduler.Committed(SELF, ID, 2, List.of(1)));
    free(2);
  }

  @Test
  void aRequestForAnyBundleIsGrantedInOneThatOpensLater() throws Exception {
    prepare(1, 0);
    scheduler.expectMessage(new GroupScheduler.Prepared(SELF, ID, 1));
    commit(1, 5, 6);
    scheduler.expectMessage(new GroupScheduler.Committed(SELF, ID, 1, List.of(0)));
    var first = new Client(1);
    assertThat(bundles.acquire(ID, Placement.Group.ANY, first)).isTrue();
    var held = first.lease();
    var second = new Client(1);
    assertThat(bundles.acquire(ID, Placement.Group.ANY, second)).isTrue();
    prepare(2, 1); // the node that had it has left
    scheduler.expectMessage(new GroupScheduler.Prepared(SELF, ID, 2));
    commit(2, 5, 5);
    scheduler.expectMessage(new GroupScheduler.Committed(SELF, ID, 2, List.of(0, 1)));
    second.lease().release();
    held.release();
    keeper.tell(new GroupAgent.Remove(SCHEDULER, ID, GroupTermination.removed("")));
    free(4);
  }
}
