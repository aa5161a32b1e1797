package io.mobula.internal.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.error.MobulaException;
import io.mobula.error.ProcessException;
import io.mobula.error.UnschedulableException;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.execution.Job;
import io.mobula.internal.execution.RuntimeEnvironment;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.SimulatedNetwork;
import io.mobula.internal.lane.SimulatedTransport;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.ledger.LedgerClient;
import io.mobula.internal.schedule.SimulatedActors;
import io.mobula.internal.schedule.SimulatedScheduler;
import io.mobula.placement.Placement;
import io.mobula.placement.Resources;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Simulated cluster for leases. Ledgers, lease sources, granters, delegation and channels are real;
 * a schedule decides which node a request goes to, when a frame arrives, who dies and when work
 * ends. One member is a worker process to which the first node delegates leases.
 */
final class SimulatedLeases {
  private static final int NODES = 3;
  private static final long WORKER = 100;
  private static final int MAX_STEPS = 20_000;

  private final SimulatedScheduler scheduler;
  private final SimulatedNetwork network;
  private final Map<NodeId, Member> members = new LinkedHashMap<>();
  private final List<Client> clients = new ArrayList<>();
  private long workers = WORKER;
  private boolean calm; // no more failures, and work ends

  SimulatedLeases(SimulatedScheduler scheduler) {
    this.scheduler = scheduler;
    this.network = new SimulatedNetwork(scheduler);
    for (int i = 1; i <= NODES; i++) {
      start(i, Peer.Role.NODE);
    }
    network.meetAll();
    scheduler.afterEach(network::deliver);
  }

  private Member start(long id, Peer.Role role) {
    var member = new Member(SimulatedTransport.peer(id, role));
    members.put(member.id, member);
    network.add(member.lanes);
    return member;
  }

  void run() {
    for (int actions = 20 + scheduler.decisions().next(180); actions > 0; actions--) {
      act();
    }
    scheduler.note("-- work goes on, and all that is pending is done");
    settle();
    members
        .values()
        .forEach(member -> member.ledger.rescanQueue()); // removes requests that were redirected
    settle();
    checkWhoWaits();
    scheduler.note("-- all work ends");
    calm = true;
    for (int rounds = 0; clients.stream().anyMatch(Client::isOpen); rounds++) {
      assertThat(rounds).as("rounds until all is granted").isLessThan(40);
      clients.forEach(Client::end);
      members.values().forEach(member -> {
        member.ledger.rescanQueue();
        member.leaseSource.rescanQueue();
      });
      settle();
    }
    members.values().forEach(Member::checkAtRest);
  }

  /**
   * Checks that each unanswered request waits at one ledger at most, and that the holders of what
   * it waits for have been told.
   */
  private void checkWhoWaits() {
    long asking = clients.stream().filter(client -> client.stillWants()).count();
    int queued = 0;
    for (var member : members.values()) {
      int here = member.snapshot().queued();
      queued += here;
      if (here > 0) {
        for (var client : clients) {
          if (client.isHeld() && client.lender() == member) {
            assertThat(client.recalled)
                .as("a client of %s at %s has heard that others wait", client.home.id, client.at)
                .isTrue();
          }
        }
      }
    }
    assertThat(queued).as("requests that wait, of %s", asking).isLessThanOrEqualTo((int) asking);
  }

  private void settle() {
    network.deliver();
    scheduler.settle(MAX_STEPS);
  }

  private void act() {
    network.deliver();
    int what = scheduler.decisions().next(100);
    if (what < 60) {
      scheduler.next();
    } else if (what < 74) {
      clients.add(new Client(any(), scheduler.decisions().oneIn(3)));
    } else if (what < 82) {
      pick(clients).ifPresent(Client::end);
    } else if (what < 88) {
      pick(clients).ifPresent(Client::lapse);
    } else if (what < 94) {
      any().leaseSource.rescanQueue();
    } else if (what < 97) {
      killOne();
    } else {
      any().ledger.rescanQueue();
    }
  }

  private <T> Optional<T> pick(List<T> all) {
    return all.isEmpty()
        ? Optional.empty()
        : Optional.of(all.get(scheduler.decisions().next(all.size())));
  }

  private Member any() {
    var all = List.copyOf(members.values());
    return all.get(scheduler.decisions().next(all.size()));
  }

  /** Kills a process; the others are told one after the other. */
  private void killOne() {
    var victim = any();
    if (victim.id.incarnation() == 1) {
      return; // one node has to be left, which also delegates leases
    }
    scheduler.note("** " + victim.id + " dies");
    end(victim);
    var worker = victim.worker;
    if (worker != null && members.containsValue(worker)) {
      end(worker);
    }
  }

  private void end(Member victim) {
    network.kill(victim.id);
    members.remove(victim.id);
    scheduler.endSource(victim.id + "'s ledger 1");
    clients.removeIf(client -> client.home == victim);
  }

  /** One process of the cluster. */
  private final class Member implements LeaseGranter.WorkerProvider {
    final NodeId id;
    final SimulatedTransport lanes;
    final LedgerClient ledger;
    final LeaseGranter granter;
    final ClusterLeaseSource leaseSource;
    final Map<Long, Lease> hosted = new LinkedHashMap<>(); // leases that other nodes use here
    final List<Lease> ended = new ArrayList<>();
    private @Nullable Member worker;
    private int employed;

    Member(Peer peer) {
      id = peer.id();
      lanes = new SimulatedTransport(peer);
      boolean lends = peer.role() == Peer.Role.NODE;
      var total =
          lends ? Resources.none().cpus(1 + scheduler.decisions().next(2)) : Resources.none();
      ledger = LedgerClient.start(total, new SimulatedActors(scheduler, id.toString()));
      granter =
          new LeaseGranter(ledger, lanes.peerTransport(), wanted -> elsewhere(), new NoBundles());
      granter.host(ClusterLeaseRequester.Purpose.TASKS, this::open);
      granter.workers(this);
      lanes.peerTransport().on(FrameKind.LEASE_RECALLED, this::onRecalled);
      leaseSource = new ClusterLeaseSource(
          ledger,
          lanes.peerTransport(),
          granter,
          new ClusterLeaseSource.PlacementRules(
              this::choose,
              node -> scheduler.decisions().next(2),
              new NoBundles(),
              Duration.ofSeconds(30),
              (delay, action) -> scheduler.anyTime(id + "'s timer", action)));
    }

    boolean isNode() {
      return lanes.self().role() == Peer.Role.NODE;
    }

    private List<Member> nodes() {
      return members.values().stream().filter(Member::isNode).toList();
    }

    private @Nullable NodeId elsewhere() {
      scheduler.preempt();
      return scheduler.decisions().oneIn(3)
          ? null
          : pick(nodes()).map(each -> each.id).orElse(null);
    }

    private PlacementDecision choose(ClusterLeaseRequester requester, long turn) {
      scheduler.preempt();
      var node = pick(nodes()).orElseThrow().id;
      if (calm) { // a waiting request stays where it is
        return new PlacementDecision.Later(isNode() ? id : node, "it is busy");
      }
      var choice = switch (scheduler.decisions().next(8)) {
        case 5 -> new PlacementDecision.Later(node, "it is busy");
        case 6 -> new PlacementDecision.Later(null, "there is none");
        case 7 ->
          scheduler.decisions().oneIn(4)
              ? new PlacementDecision.Refused(who -> new UnschedulableException(who))
              : new PlacementDecision.Await("it comes");
        default -> new PlacementDecision.AtNode(node);
      };
      scheduler.preempt();
      return choice;
    }

    // ---- leases of other nodes

    private LeaseGranter.LeaseUse open(NodeId submitter, long number, Lease lease) {
      hosted.put(number, lease);
      if (!calm && scheduler.decisions().oneIn(12)) {
        scheduler.note(id + " has no thread for lease " + number);
        release(number);
      }
      scheduler.preempt();
      return () -> {
        scheduler.preempt();
        release(number);
      };
    }

    void release(long number) {
      var lease = hosted.remove(number);
      if (lease != null) {
        ended.add(lease);
        lease.release();
      }
    }

    private void onRecalled(NodeId from, FrameReader in) {
      long number = in.int64();
      var at = new NodeId(in.int64());
      clients.stream()
          .filter(client -> client.home == this && client.isAt(at, number))
          .forEach(client -> client.recalled = true);
    }

    // ---- its worker process

    @Override
    public CompletionStage<NodeId> acquire(RuntimeEnvironment environment, String devices) {
      employed++;
      var up = new CompletableFuture<NodeId>();
      scheduler.anyTime(id + " starts a worker", () -> {
        if (!calm && scheduler.decisions().oneIn(10)) {
          up.completeExceptionally(new ProcessException("it does not start"));
          return;
        }
        var present = worker;
        if (present == null || !members.containsValue(present)) {
          present = start(++workers, Peer.Role.WORKER);
          worker = present;
          introduce(present);
        }
        up.complete(present.id);
      });
      return up;
    }

    /** Introduces the worker and its node to each other immediately, and all others later. */
    private void introduce(Member fresh) {
      network.meet(id, fresh.id);
      network.meet(fresh.id, id);
      for (var other : List.copyOf(members.values())) {
        if (other != this && other != fresh) {
          network.meetLater(other.id, fresh.id);
          network.meetLater(fresh.id, other.id);
        }
      }
    }

    @Override
    public void release(RuntimeEnvironment environment, String devices) {
      employed--;
    }

    LedgerClient.BalanceSnapshot snapshot() {
      var snapshot = new ArrayList<LedgerClient.BalanceSnapshot>();
      ledger.watch(snapshot::add, () -> {});
      scheduler.settle(MAX_STEPS);
      return snapshot.getFirst();
    }

    void checkAtRest() {
      assertThat(employed).as("uses of the worker of %s", id).isZero();
      assertThat(hosted).as("what others hold at %s", id).isEmpty();
      assertThat(granter.hasNoDelegatedLeases())
          .as("%s has nothing that it was lent", id)
          .isTrue();
      assertThat(leaseSource.unschedulable())
          .as("who waits for nothing at %s", id)
          .isEmpty();
      var snapshot = snapshot();
      assertThat(snapshot.available()).as("free at %s", id).isEqualTo(ledger.total());
      assertThat(snapshot.queued()).as("queued at %s", id).isZero();
      assertThat(granter.size())
          .as("requests and leases of others that %s knows", id)
          .isZero();
    }
  }

  /** Requester that wants one lease, holds it and releases it. */
  private final class Client implements ClusterLeaseRequester {
    final Member home;
    private final boolean jars;
    private boolean wants = true;
    private boolean lapsed;
    private int answers;
    private @Nullable Lease local;
    private @Nullable NodeId at;
    private long number;
    private boolean recalled;

    Client(Member home, boolean jars) {
      this.home = home;
      this.jars = jars;
      scheduler.note("a client of " + home.id + " asks" + (jars ? ", with jars" : ""));
      home.leaseSource.acquire(this);
    }

    boolean isOpen() {
      return (wants && !lapsed) || local != null || at != null;
    }

    boolean isAt(NodeId node, long lease) {
      return node.equals(at) && lease == number;
    }

    /** Returns whether the granted lease still exists. */
    boolean isHeld() {
      var host = members.get(at);
      return local != null || (host != null && host.hosted.containsKey(number));
    }

    /** Ends the work and releases the lease. */
    void end() {
      var present = local;
      var node = at;
      local = null;
      at = null;
      if (present != null) {
        present.release();
      } else if (node != null) {
        home.leaseSource.release(node, number);
      }
    }

    void lapse() {
      if (wants) {
        scheduler.note("a client of " + home.id + " wants no more");
        lapsed = true;
        home.leaseSource.withdraw(this);
      }
    }

    /** Returns the member whose ledger granted the lease, if it is still alive. */
    private @Nullable Member lender() {
      var where = local == null ? at : home.id;
      return members.values().stream()
          .filter(each -> each.isNode()
              && (each.id.equals(where) || (each.worker != null && each.worker.id.equals(where))))
          .findFirst()
          .orElse(null);
    }

    private void answered() {
      assertThat(++answers).as("answers to a client of " + home.id).isEqualTo(1);
      wants = false;
    }

    @Override
    public Purpose purpose() {
      return Purpose.TASKS;
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
      return new Job(
          home.id, false, jars ? new RuntimeEnvironment("jars", new ObjectId(1, 1, 0)) : null, 1);
    }

    @Override
    public String description() {
      return "work of " + home.id;
    }

    @Override
    public boolean stillWants() {
      return wants && !lapsed;
    }

    @Override
    public void granted(Lease lease) {
      scheduler.preempt();
      answered();
      local = lease;
    }

    @Override
    public void grantedAt(NodeId node, long lease) {
      scheduler.preempt();
      answered();
      if (home.lanes.peer(node) == null) {
        home.leaseSource.release(node, lease);
        return;
      }
      at = node;
      number = lease;
    }

    @Override
    public void refused(Function<String, MobulaException> why) {
      scheduler.preempt();
      answered();
    }

    @Override
    public void recalled(Lease lease) {
      recalled = true;
    }
  }
}
