package io.mobula.internal.placement;

import io.mobula.NodeId;
import io.mobula.error.RuntimeClosedException;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.execution.RuntimeEnvironment;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.NodeMessaging;
import io.mobula.internal.ledger.DeviceShare;
import io.mobula.internal.ledger.Lease;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Delegator of leases of this node's ledger for work that needs jars. Each lease is delegated to a
 * worker process with those jars; the worker reports when the lease ends and when its CPU is
 * returned in between. Thread-safe; nothing blocks.
 */
final class LeaseDelegator {

  /** Event of a delegated lease that the worker reports. */
  enum LeaseEvent {
    RELEASED,
    BLOCKED,
    RESUMED
  }

  /** Instruction to the worker about a delegated lease. */
  enum LeaseOrder {
    RECALL,
    END,
    /** The accelerators have become unhealthy or healthy; their new state follows. */
    DEVICES
  }

  private final NodeMessaging messaging;
  private final Supplier<LeaseGranter.WorkerProvider> workers;
  private final Map<Long, Delegation> delegations = new ConcurrentHashMap<>();

  /**
   * Listener to a delegation. One of {@link #delegated}, {@link #lost} and {@link #refused} is
   * called once, then {@link #released}; {@link #recalled} may be called in between.
   */
  interface DelegationListener {
    /** Notes that the worker has a slot: the submitter can be told. */
    void delegated(NodeId worker);

    /**
     * Notes that other requesters wait for the lease. The submitter already knows where the slot
     * is.
     */
    void recalled(NodeId worker);

    /**
     * Notes that there will be no slot: the worker ended before it had one, the slot ended before
     * the submitter knew of it, or this node is closing. The work can run elsewhere.
     */
    void lost();

    /** Notes that no worker could be started. */
    void refused(String why);

    /** Notes that the lease has been released to the ledger. */
    void released();
  }

  /**
   * Description of what is delegated.
   *
   * @param submitter the node whose work uses the lease
   * @param number the lease's number for the submitter and the worker
   */
  record DelegationSpec(
      NodeId submitter,
      long number,
      ClusterLeaseRequester.Purpose purpose,
      RuntimeEnvironment environment) {}

  LeaseDelegator(NodeMessaging messaging, Supplier<LeaseGranter.WorkerProvider> workers) {
    this.messaging = messaging;
    this.workers = workers;
    messaging
        .on(FrameKind.LEASE_DELEGATED, this::onLent)
        .on(FrameKind.DELEGATED_EVENT, this::onAccount);
    messaging.membership().subscribe(new Membership.Listener() {
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

  /** Recalls a delegated lease, as other requesters wait for its resources. */
  void recall(long number) {
    var delegation = delegations.get(number);
    if (delegation != null) {
      delegation.recall();
    }
  }

  /** Sends the worker the new state of the lease's accelerators. */
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

  /** One lease that is delegated, or will be when its worker is up. */
  private final class Delegation implements LeaseGranter.LeaseUse {
    private final DelegationSpec spec;
    private final Lease lease;
    private final DelegationListener listener;
    private final String devices;
    private @Nullable NodeId at; // the worker that the lease was sent to
    private boolean answered; // the submitter has been told of a slot, or that there is none
    private boolean told; // the grant was sent to the submitter; later messages arrive after it
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
      synchronized (this) { // so that no order overtakes the delegation
        at = worker;
        sent = !ended && messaging.send(worker, frame());
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
        if (lease.isRecalled()) { // perhaps before there was a worker to tell
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

    /** Sends the recall on the channel that the grant took, or it might overtake the grant. */
    private void sayRecalled(NodeId worker) {
      if (spec.submitter().equals(worker)) {
        order(LeaseOrder.RECALL);
      } else {
        listener.recalled(worker);
      }
    }

    private byte[] frame() {
      var frame = FrameWriter.of(FrameKind.DELEGATE_LEASE)
          .int64(spec.number())
          .int64(spec.submitter().incarnation())
          .choice(spec.purpose());
      ResourcesCodec.write(frame, lease.resources());
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
            FrameWriter.of(FrameKind.DELEGATED_ORDER).int64(spec.number()).choice(what);
        if (what == LeaseOrder.DEVICES) {
          DeviceShareCodec.write(frame, lease.shares());
        }
        messaging.send(worker, frame.toBytes());
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
