package io.mobula.internal.placement;

import io.mobula.NodeId;
import io.mobula.internal.execution.Job;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.NodeMessaging;
import io.mobula.internal.ledger.DeviceShare;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.ledger.LeaseRequester;
import io.mobula.placement.Resources;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Leases that a worker process uses on behalf of its node. Submitters use them as if this process
 * had granted them, and the node's ledger is told of every change. Thread-safe; nothing blocks.
 */
final class DelegatedLeases {
  private final NodeId self;
  private final GrantedLeases granted;
  private final NodeMessaging messaging;
  private final Map<Long, DelegatedLease> delegated = new ConcurrentHashMap<>();

  DelegatedLeases(NodeId self, GrantedLeases granted, NodeMessaging messaging) {
    this.self = self;
    this.granted = granted;
    this.messaging = messaging;
    messaging
        .on(FrameKind.DELEGATE_LEASE, this::onLend)
        .on(FrameKind.DELEGATED_ORDER, this::onOrder);
  }

  private void onLend(NodeId from, FrameReader in) {
    long number = in.int64();
    var submitter = new NodeId(in.int64());
    var purpose = in.choice(ClusterLeaseRequester.Purpose.values());
    var resources = ResourcesCodec.read(in);
    var delegatedLease =
        new DelegatedLease(from, submitter, number, resources, DeviceShareCodec.read(in));
    delegated.put(number, delegatedLease);
    if (!submitter.equals(self)) { // work of this process takes it when the grant arrives
      granted.open(purpose, submitter, number, delegatedLease.lease);
    }
    messaging.send(from, FrameWriter.of(FrameKind.LEASE_DELEGATED).int64(number).toBytes());
  }

  private void onOrder(NodeId from, FrameReader in) {
    long number = in.int64();
    var delegatedLease = delegated.get(number);
    if (delegatedLease == null || !delegatedLease.lender.equals(from)) {
      return;
    }
    switch (in.choice(LeaseDelegator.LeaseOrder.values())) {
      // for work of this process; the node tells other submitters itself
      case RECALL -> delegatedLease.lease.recall();
      case END -> delegatedLease.end();
      case DEVICES -> delegatedLease.lease.setShares(DeviceShareCodec.read(in));
    }
  }

  /**
   * Takes the lease for work that this process has submitted itself; null if the lease has ended.
   */
  @Nullable
  Lease take(long number, ClusterLeaseRequester by) {
    var delegatedLease = delegated.get(number);
    return delegatedLease != null && delegatedLease.take(by) ? delegatedLease.lease : null;
  }

  /** Returns whether no lease is delegated to this process at the moment. */
  boolean isNone() {
    return delegated.isEmpty();
  }

  /** One delegated lease, on the side of the worker that hosts the work. */
  private final class DelegatedLease implements LeaseRequester, Lease.LeaseAccounting {
    private final NodeId lender;
    private final NodeId submitter;
    private final long number;
    private final Resources resources;
    private final Lease lease;
    private @Nullable ClusterLeaseRequester user;
    private boolean ended;

    DelegatedLease(
        NodeId lender,
        NodeId submitter,
        long number,
        Resources resources,
        List<DeviceShare> shares) {
      this.lender = lender;
      this.submitter = submitter;
      this.number = number;
      this.resources = resources;
      this.lease = Lease.of(this, shares, this);
    }

    synchronized boolean take(ClusterLeaseRequester by) {
      user = by;
      return !ended;
    }

    private synchronized @Nullable ClusterLeaseRequester user() {
      return user;
    }

    void end() {
      boolean unused;
      synchronized (this) {
        ended = true;
        unused = user == null;
      }
      if (!submitter.equals(self)) {
        granted.end(number);
      } else if (unused) {
        lease.release();
      } else {
        lease.recall();
      }
    }

    private void account(LeaseDelegator.LeaseEvent what) {
      messaging.send(
          lender,
          FrameWriter.of(FrameKind.DELEGATED_EVENT).int64(number).choice(what).toBytes());
    }

    @Override
    public void released(Lease lease) {
      delegated.remove(number);
      granted.remove(number);
      account(LeaseDelegator.LeaseEvent.RELEASED);
    }

    @Override
    public void blocked(Lease lease) {
      account(LeaseDelegator.LeaseEvent.BLOCKED);
    }

    @Override
    public void resumed(Lease lease) {
      account(LeaseDelegator.LeaseEvent.RESUMED);
    }

    @Override
    public Resources wanted() {
      return resources;
    }

    @Override
    public Job job() {
      return new Job(submitter, false, null, 1);
    }

    @Override
    public String description() {
      return "work of node " + submitter;
    }

    @Override
    public boolean stillWants() {
      return false;
    }

    @Override
    public void granted(Lease lease) {}

    @Override
    public void recalled(Lease held) {
      var present = user();
      if (present != null) {
        present.recalled(held);
      }
    }
  }
}
