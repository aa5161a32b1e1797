package io.mobula.internal.placement;

import io.mobula.NodeId;
import io.mobula.internal.placement.LeaseGranter.LeaseUse;
import org.jspecify.annotations.Nullable;

/** Lease in use on behalf of another node. Thread-safe. */
class GrantedLease {
  private final NodeId submitter;
  private @Nullable LeaseUse use;
  private boolean ended;

  GrantedLease(NodeId submitter) {
    this.submitter = submitter;
  }

  /** Returns the node that uses the lease. */
  final NodeId submitter() {
    return submitter;
  }

  /** Sets the use of the lease, and ends it if the lease has ended in the meantime. */
  final void attach(LeaseUse opened) {
    boolean over;
    synchronized (this) {
      use = opened;
      over = ended;
    }
    if (over) {
      opened.end();
    }
  }

  /** Ends the use, now or as soon as it has begun. */
  final void end() {
    LeaseUse present;
    synchronized (this) {
      ended = true;
      present = use;
    }
    if (present != null) {
      present.end();
    }
  }
}
