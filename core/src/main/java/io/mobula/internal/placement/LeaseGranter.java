package io.mobula.internal.placement;

import io.mobula.NodeId;
import io.mobula.error.ProcessException;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.execution.Job;
import io.mobula.internal.execution.RuntimeEnvironment;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.NodeMessaging;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.ledger.LeaseRequester;
import io.mobula.internal.ledger.LedgerClient;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;
import io.mobula.placement.PlacementGroupId;
import io.mobula.placement.Resources;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Granter of this node's leases to other nodes: passes their requests to the ledger, and ends their
 * leases when they release them or leave. {@link GrantedLeases} has the leases. Thread-safe.
 */
public final class LeaseGranter {

  /** Number of redirects after which a request stays at its node. */
  static final int MAX_HOPS = 2;

  private final OwnLedgers ledgers;
  private final Membership membership;
  private final LeaseReplies replies;
  private final RedirectFinder redirects;
  private final AtomicLong numbers = new AtomicLong();
  private final Map<RequestKey, RemoteRequest> requests = new ConcurrentHashMap<>();
  private final GrantedLeases granted;
  private final LeaseDelegator delegator;
  private final DelegatedLeases delegatedLeases;
  private volatile WorkerProvider workers = WorkerProvider.NONE;
  private volatile boolean draining;

  private record RequestKey(NodeId submitter, long request) {}

  /** Use of a lease on behalf of another node. */
  public interface LeaseUse {
    /** Ends the use soon: the other node has released the lease or has left. */
    void end();
  }

  /** Host of work that uses leases granted to other nodes. */
  @FunctionalInterface
  public interface LeaseHost {
    /**
     * Starts the use of a granted lease, which the host must release. Called on the ledger's
     * thread.
     */
    LeaseUse open(NodeId submitter, long number, Lease lease);
  }

  /** Provider of worker processes on this host that have the jars of runtime environments. */
  public interface WorkerProvider {
    /** Provider that starts no workers. */
    WorkerProvider NONE = new WorkerProvider() {
      @Override
      public CompletionStage<NodeId> acquire(RuntimeEnvironment environment, String devices) {
        return CompletableFuture.failedFuture(
            new ProcessException("This process starts no workers."));
      }

      @Override
      public void release(RuntimeEnvironment environment, String devices) {}
    };

    /**
     * Returns a worker process with the environment's jars, started if there is none. It is kept
     * until {@link #release}. Fails with {@link io.mobula.error.RuntimeClosedException} if this
     * node is closing.
     *
     * @param devices the value of its {@code CUDA_VISIBLE_DEVICES}, empty for work without
     *     accelerators
     */
    CompletionStage<NodeId> acquire(RuntimeEnvironment environment, String devices);

    /** Gives back a worker after the work that it was acquired for. */
    void release(RuntimeEnvironment environment, String devices);
  }

  /** Finder of a node that could immediately grant what this node cannot. */
  @FunctionalInterface
  public interface RedirectFinder {
    /** Returns such a node, or null. */
    @Nullable
    NodeId find(Resources wanted);
  }

  /**
   * Starts to answer requests.
   *
   * @param bundles the bundles of placement groups
   */
  public LeaseGranter(
      LedgerClient ledger,
      NodeMessaging messaging,
      RedirectFinder redirects,
      GroupBundles bundles) {
    this.ledgers = new OwnLedgers(ledger, bundles);
    this.membership = messaging.membership();
    this.replies = new LeaseReplies(messaging);
    this.redirects = redirects;
    this.granted = new GrantedLeases(membership);
    this.delegator = new LeaseDelegator(messaging, () -> workers);
    this.delegatedLeases = new DelegatedLeases(membership.self().id(), granted, messaging);
    messaging
        .on(FrameKind.LEASE_REQUEST, this::onAsk)
        .on(FrameKind.LEASE_WITHDRAW, this::onWithdraw)
        .on(FrameKind.LEASE_RELEASE, this::onRelease);
    membership.subscribe(new Membership.Listener() {
      @Override
      public void left(Peer peer, String how) {
        onLeft(peer.id());
      }
    });
  }

  /** Sets the host of work for a purpose. */
  public void host(ClusterLeaseRequester.Purpose purpose, LeaseHost host) {
    granted.setHost(purpose, host);
  }

  /** Sets the provider of processes for work that needs jars; before the first request. */
  public void workers(WorkerProvider with) {
    workers = with;
  }

  /**
   * Takes the lease that the node delegated for this process's own work; null if the lease has
   * ended.
   */
  @Nullable
  Lease take(long number, ClusterLeaseRequester by) {
    return delegatedLeases.take(number, by);
  }

  /** Returns whether no lease is delegated to this process. */
  public boolean hasNoDelegatedLeases() {
    return delegatedLeases.isNone();
  }

  /**
   * Returns what a request of another node waits for on this node; null if no request has that
   * number.
   */
  public @Nullable WaitPoint pendingHere(NodeId submitter, long request) {
    var queued = requests.get(new RequestKey(submitter, request));
    if (queued != null) {
      return () -> WaitStep.end(
          queued.description() + " waits at the ledger of node "
              + membership.self().id(),
          WaitCause.RESOURCES);
    }
    boolean lends = granted.anyMatch(each -> each instanceof RemoteRequest remoteRequest
        && remoteRequest.key().equals(new RequestKey(submitter, request)));
    return lends
        ? () -> WaitStep.end("a process is being started for it, or a slot", WaitCause.RUNNING)
        : null;
  }

  /** Returns how many requests and leases of other nodes are known, for tests. */
  int size() {
    return requests.size() + granted.size();
  }

  /** Ends the leases that other nodes were granted out of a placement group that has ended. */
  public void endGroup(PlacementGroupId group) {
    granted.endAll(
        each -> each instanceof RemoteRequest remoteRequest && remoteRequest.isIn(group));
  }

  /** Stops granting leases to other nodes. */
  public void drain() {
    draining = true;
  }

  private void onAsk(NodeId from, FrameReader frame) {
    var remoteRequest = new RemoteRequest(from, LeaseRequestFrame.read(frame));
    if (draining || !remoteRequest.isPossible()) {
      remoteRequest.redirect(from);
      return;
    }
    requests.put(remoteRequest.key(), remoteRequest);
    if (membership.peer(from) == null) { // the peer left, perhaps before the request was stored
      requests.remove(remoteRequest.key());
      return;
    }
    remoteRequest.acquire();
  }

  private void onWithdraw(NodeId from, FrameReader frame) {
    var remoteRequest = requests.remove(new RequestKey(from, frame.int64()));
    if (remoteRequest != null) {
      remoteRequest.withdrawn = true;
      remoteRequest.lookAgain();
    }
  }

  private void onRelease(NodeId from, FrameReader frame) {
    granted.end(frame.int64());
  }

  private void onLeft(NodeId peer) {
    requests.values().removeIf(remoteRequest -> {
      boolean theirs = remoteRequest.submitter().equals(peer);
      remoteRequest.withdrawn |= theirs;
      if (theirs) {
        remoteRequest.lookAgain();
      }
      return theirs;
    });
    ledgers.rescanQueue(null);
    granted.endAll(each -> each.submitter().equals(peer));
  }

  /** Request of another node, and then its lease. */
  private final class RemoteRequest extends GrantedLease
      implements LeaseRequester, LeaseDelegator.DelegationListener {
    private final LeaseRequestFrame asked;
    private final long number = numbers.incrementAndGet();
    private volatile boolean withdrawn;

    RemoteRequest(NodeId submitter, LeaseRequestFrame asked) {
      super(submitter);
      this.asked = asked;
    }

    RequestKey key() {
      return new RequestKey(submitter(), asked.request());
    }

    boolean isIn(PlacementGroupId id) {
      var group = asked.group();
      return group != null && group.group().id().equals(id);
    }

    /**
     * Returns whether this node can ever grant the request. A request that it cannot grant would
     * hold back all later ones.
     */
    boolean isPossible() {
      return asked.group() != null
          || BundleCapacity.covers(ledgers.node().maximum(), asked.wanted());
    }

    void acquire() {
      if (!ledgers.acquire(asked.group(), this)) {
        redirect(submitter());
      }
    }

    void lookAgain() {
      ledgers.rescanQueue(asked.group());
    }

    /**
     * Redirects the submitter, which looks for the bundle elsewhere: the bundle here has closed.
     */
    @Override
    public void ledgerClosed() {
      if (!withdrawn) {
        redirect(submitter());
      }
    }

    @Override
    public Resources wanted() {
      return asked.wanted();
    }

    @Override
    public Job job() {
      return asked.job();
    }

    @Override
    public String description() {
      return asked.description() + " of node " + submitter();
    }

    @Override
    public boolean stillWants() {
      return !withdrawn;
    }

    @Override
    public boolean holdsForLifetime() {
      return asked.purpose() == ClusterLeaseRequester.Purpose.ACTOR;
    }

    /**
     * Redirects the submitter once to another node that seems to have free resources, before the
     * request is queued here.
     */
    @Override
    public void queued() {
      var better =
          asked.hops() < MAX_HOPS && asked.group() == null ? redirects.find(asked.wanted()) : null;
      if (better != null && !better.equals(submitter())) {
        redirect(better);
      }
    }

    void redirect(NodeId to) {
      withdrawn = true;
      requests.remove(key());
      replies.redirect(submitter(), asked.request(), to, asked.hops() + 1);
    }

    @Override
    public void granted(Lease lease) {
      requests.remove(key());
      var host = granted.host(asked.purpose());
      if (withdrawn || host == null) {
        lease.release();
        return;
      }
      granted.add(number, this);
      var environment = asked.job().environment();
      if (environment == null) {
        attach(host.open(submitter(), number, lease));
        delegated(membership.self().id());
      } else {
        var spec =
            new LeaseDelegator.DelegationSpec(submitter(), number, asked.purpose(), environment);
        attach(delegator.delegate(spec, lease, this));
      }
    }

    /** Tells the submitter that there is a slot, in this process or in a worker. */
    @Override
    public void delegated(NodeId at) {
      if (!replies.grant(submitter(), asked.request(), number, at)) {
        granted.end(number);
      }
    }

    @Override
    public void recalled(NodeId worker) {
      replies.recall(submitter(), number, worker);
    }

    /**
     * Redirects the submitter to itself: the slot ended before it was used, and the submitter asks
     * again.
     */
    @Override
    public void lost() {
      redirect(submitter());
    }

    @Override
    public void refused(String why) {
      replies.refuse(submitter(), asked.request(), why);
    }

    @Override
    public void released() {
      granted.remove(number);
    }

    @Override
    public void devicesChanged(Lease lease) {
      if (asked.job().environment() != null) {
        delegator.devicesChanged(number);
      }
    }

    @Override
    public void recalled(Lease lease) {
      if (asked.job().environment() == null) {
        recalled(membership.self().id());
      } else {
        delegator.recall(number);
      }
    }
  }
}
