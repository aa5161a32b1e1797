package io.mobula.internal.actor;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.error.MobulaException;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lease of an actor on its node: the requested resources for life, or one CPU that is released once
 * the actor is placed. Safe for all threads.
 */
final class ActorLease implements ActorLeaseRequester, WaitPoint {
  /**
   * Maximum number of times that the lease is released while arguments are searched for. After that
   * the constructor searches for them under the lease.
   */
  private static final int MAX_PAUSES = 16;

  private static final Logger LOG = LoggerFactory.getLogger(ActorLease.class);

  private final ActorCell cell;
  private @Nullable Lease lease;
  private int pauses;

  ActorLease(ActorCell cell) {
    this.cell = cell;
  }

  @Override
  public ActorCreationSpec spec() {
    return cell.spec();
  }

  @Override
  public String describe() {
    return cell.describe();
  }

  @Override
  public void grantedAt(NodeId node, long number) {
    throw new IllegalStateException(
        "The lease of " + cell.describe() + " is of this node, and not of node " + node);
  }

  @Override
  public void refused(Function<String, MobulaException> why) {
    cell.kill(() -> why.apply(cell.describe()));
  }

  @Override
  public boolean stillWants() {
    return !cell.isDead();
  }

  @Override
  public void granted(Lease granted) {
    boolean keep;
    synchronized (this) {
      keep = holdsForLifetime() && !cell.isDead();
      if (keep) {
        lease = granted;
      }
    }
    if (!keep) {
      granted.release();
    }
    cell.tell(new ActorBehavior.Placed());
  }

  synchronized @Nullable Lease present() {
    return lease;
  }

  /** Returns whether a lease is held that {@link #pause} may release. */
  synchronized boolean canPause() {
    return lease != null && lease.ledger() != null && pauses < MAX_PAUSES;
  }

  /**
   * Releases the lease while an argument of the constructor is searched for, as the task that
   * remakes the argument may need the same resources. Then requests the same from the same ledger.
   */
  void pause(ObjectId absent) {
    Lease held;
    synchronized (this) {
      held = lease;
      lease = null;
      pauses++;
    }
    var ledger = held == null ? null : held.ledger();
    if (held == null || ledger == null) {
      return; // the actor has ended
    }
    LOG.info(
        "{} releases its resources, as argument {} of its constructor is being located",
        cell.describe(),
        absent);
    held.release();
    var search = cell.constructor().findMissing(absent);
    if (search == null) {
      ledger.acquire(this);
    } else {
      search.start(placed -> {
        if (!placed) {
          pausesNoMore();
        }
        ledger.acquire(this);
      });
    }
  }

  private synchronized void pausesNoMore() {
    pauses = MAX_PAUSES;
  }

  @Override
  public void ledgerClosed() {
    cell.kill(() -> cell.diedException(
        "its resources were released while an argument of its constructor was reconstructed, and are not granted again",
        null));
  }

  @Override
  public WaitStep waitStep() {
    boolean searching;
    synchronized (this) {
      searching = pauses > 0;
    }
    var request = cell.services().leaseSource().pendingRequest(this);
    if (request != null) {
      return WaitStep.via(cell.describe() + " waits for a lease to be made", request);
    }
    return searching
        ? WaitStep.end("an argument of its constructor is being located", WaitCause.UNKNOWN)
        : WaitStep.end(
            cell.describe() + " waits for a lease, for which there is no request",
            WaitCause.NOBODY);
  }

  /** Releases the lease, if one is held. */
  void release() {
    Lease held;
    synchronized (this) {
      held = lease;
      lease = null;
    }
    if (held != null) {
      held.release();
    }
  }
}
