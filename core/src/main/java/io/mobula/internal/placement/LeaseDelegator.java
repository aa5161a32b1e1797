package io.mobula.internal.placement;

import io.mobula.NodeId;
import io.mobula.error.RuntimeClosedException;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.execution.RuntimeEnvironment;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameRouter;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.PeerTransport;
import io.mobula.internal.ledger.DeviceShare;
import io.mobula.internal.ledger.Lease;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Leases of this node's ledger whose work needs jars: each is lent to the worker process that has
 * them, which says when it is over, and when its CPU is given back meanwhile. Safe for all threads;
 * nothing blocks.
 */
final class LeaseDelegator {
  static final int DELEGATE = 84;
  static final int DELEGATED = 85;
  static final int DELEGATED_EVENT = 86;
  static final int DELEGATED_ORDER = 87;

  /** What a worker says of a lease that it was lent. */
  enum LeaseEvent {
    RELEASED,
    BLOCKED,
    RESUMED
  }

  /** What a worker is told about a lease that it was lent. */
  enum LeaseOrder {
    RECALL,
    END,
    /** Its accelerators have fallen ill or are healthy again; they follow. */
    DEVICES
  }

  private final PeerTransport peerTransport;
  private final Supplier<LeaseGranter.WorkerProvider> workers;
  private final Map<Long, Delegation> delegations = new ConcurrentHashMap<>();

  /**
   * Whoever was granted what is lent; called once, with one of the first three, then the last.
   * {@link #recalled} may be called in between.
   */
  interface DelegationListener {
    /** The slot is there: tell the submitter. */
    void delegated(NodeId worker);

    /** Others wait for what it holds, and the submitter has been told where the slot is. */
    void recalled(NodeId worker);

    /**
     * The worker has ended before it had the slot, or the slot before anybody knew of it, or this
     * node closes: the work can run elsewhere.
     */
    void lost();

    /** There is no worker for it. */
    void refused(String why);

    /** The lease has gone back to the ledger. */
    void released();
  }

  /**
   * What is to be lent.
   *
   * @param submitter whose work uses it
   * @param number names the lease to the submitter and to the worker
   */
  record DelegationSpec(
      NodeId submitter,
      long number,
      ClusterLeaseRequester.Purpose purpose,
      RuntimeEnvironment environment) {}

  LeaseDelegator(
      Membership membership,
      PeerTransport peerTransport,
      FrameRouter router,
      Supplier<LeaseGranter.WorkerProvider> workers) {
    this.peerTransport = peerTransport;
    this.workers = workers;
    router.on(DELEGATED, this::onLent).on(DELEGATED_EVENT, this::onAccount);
    membership.subscribe(new Membership.Listener() {
      @Override
      public void joined(Peer peer) {}

      @Override
      public void left(Peer peer, String how) {
        List.copyOf(delegations.values()).forEach(delegation -> delegation.left(peer.id()));
      }
    });
  }

  LeaseGranter.LeaseUse delegate(DelegationSpec spec, Lease lease, DelegationListener listener) {
    var delegation = new Delegation(spec, lease, listener);
    delegations.put(spec.number(), delegation);
    delegation.start();
    return delegation;
  }

  /** Others wait for what it holds. */
  void recall(long number) {
    var delegation = delegations.get(number);
    if (delegation != null) {
      delegation.recall();
    }
  }

  /** Its accelerators have changed their state. */
  void devicesChanged(long number) {
    var delegation = delegations.get(number);
    if (delegation != null) {
      delegation.order(LeaseOrder.DEVICES);
    }
  }

  private void onLent(NodeId from, FrameReader in) {
    var delegation = delegations.get(in.int64());
    if (delegation != null && delegation.isAt(from)) {
      delegation.lent(from);
    }
  }

  private void onAccount(NodeId from, FrameReader in) {
    var delegation = delegations.get(in.int64());
    if (delegation == null || !delegation.isAt(from)) {
      return;
    }
    switch (in.choice(LeaseEvent.values())) {
      case RELEASED -> delegation.over();
      case BLOCKED -> delegation.lease.giveBack();
      case RESUMED -> delegation.lease.takeBack();
    }
  }

  /** One lease that is lent, or will be as soon as there is a worker. */
  private final class Delegation implements LeaseGranter.LeaseUse {
    private final DelegationSpec spec;
    private final Lease lease;
    private final DelegationListener listener;
    private final String devices;
    private @Nullable NodeId at; // it has been sent there
    private boolean answered; // the submitter hears of a slot, or that there is none
    private boolean told; // what is said to the submitter now comes after the word of the slot
    private boolean ended;
    private boolean over;

    Delegation(DelegationSpec spec, Lease lease, DelegationListener listener) {
      this.spec = spec;
      this.lease = lease;
      this.listener = listener;
      this.devices = DeviceShare.visibleDevices(lease.shares());
    }

    void start() {
      var _ = workers.get().acquire(spec.environment(), devices).whenComplete((worker, failure) -> {
        if (failure == null) {
          send(worker);
        } else {
          refused(failure);
          over();
        }
      });
    }

    private void refused(Throwable why) {
      if (!(why instanceof RuntimeClosedException) && answer()) {
        listener.refused(String.valueOf(why.getMessage()));
      }
    }

    private synchronized boolean answer() {
      boolean first = !answered;
      answered = true;
      return first;
    }

    private void send(NodeId worker) {
      boolean sent;
      synchronized (this) { // so that no order overtakes it
        at = worker;
        sent = !ended && peerTransport.send(worker, frame());
      }
      if (!sent) {
        over();
      }
    }

    private void lent(NodeId worker) {
      if (answer()) {
        listener.delegated(worker);
        synchronized (this) {
          told = true;
        }
        if (lease.isRecalled()) { // perhaps before there was anybody to tell
          sayRecalled(worker);
        }
      }
    }

    void recall() {
      NodeId worker;
      synchronized (this) {
        worker = told ? at : null;
      }
      if (worker != null) {
        sayRecalled(worker);
      }
    }

    /** To a submitter the way that the grant went, or it might come before that. */
    private void sayRecalled(NodeId worker) {
      if (spec.submitter().equals(worker)) {
        order(LeaseOrder.RECALL);
      } else {
        listener.recalled(worker);
      }
    }

    private byte[] frame() {
      var frame = new FrameWriter()
          .octet(DELEGATE)
          .int64(spec.number())
          .int64(spec.submitter().incarnation())
          .choice(spec.purpose());
      LeaseGranter.writeResources(frame, lease.resources());
      DeviceShareCodec.write(frame, lease.shares());
      return frame.toBytes();
    }

    synchronized boolean isAt(NodeId node) {
      return node.equals(at);
    }

    void left(NodeId node) {
      if (isAt(node)) {
        over();
      }
    }

    synchronized void order(LeaseOrder what) {
      var worker = at;
      if (worker != null) {
        var frame =
            new FrameWriter().octet(DELEGATED_ORDER).int64(spec.number()).choice(what);
        if (what == LeaseOrder.DEVICES) {
          DeviceShareCodec.write(frame, lease.shares());
        }
        peerTransport.send(worker, frame.toBytes());
      }
    }

    @Override
    public synchronized void end() {
      ended = true;
      order(LeaseOrder.END);
    }

    private void over() {
      synchronized (this) {
        if (over) {
          return;
        }
        over = true;
      }
      if (answer()) {
        listener.lost();
      }
      delegations.remove(spec.number());
      lease.release();
      workers.get().release(spec.environment(), devices);
      listener.released();
    }
  }
}
