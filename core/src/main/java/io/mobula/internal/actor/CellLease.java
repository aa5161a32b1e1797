package io.mobula.internal.actor;

import io.mobula.NodeId;
import io.mobula.Placement;
import io.mobula.Resources;
import io.mobula.error.MobulaException;
import io.mobula.internal.execution.Program;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.placement.Wanting;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What an actor has of its node's resources: one CPU to be placed and nothing after that, or what
 * was asked for, for life. Safe for all threads.
 */
final class CellLease implements Wanting {
  private final ActorCell cell;
  private @Nullable Lease lease;

  CellLease(ActorCell cell) {
    this.cell = cell;
  }

  static Resources wantedBy(@Nullable Resources asked) {
    return asked == null ? Resources.none().cpus(1) : asked;
  }

  @Override
  public Resources wanted() {
    return wantedBy(cell.options().resources());
  }

  @Override
  public boolean isForLife() {
    return cell.options().resources() != null;
  }

  @Override
  public Purpose purpose() {
    return Purpose.ACTOR;
  }

  @Override
  public Program program() {
    return cell.program();
  }

  @Override
  public Placement placement() {
    return cell.options().placement();
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
  public String what() {
    return cell.describe() + " to be made";
  }

  @Override
  public boolean stillWants() {
    return !cell.isDead();
  }

  @Override
  public void granted(Lease granted) {
    boolean keep;
    synchronized (this) {
      keep = isForLife() && !cell.isDead();
      if (keep) {
        lease = granted;
      }
    }
    if (!keep) {
      granted.release();
    }
    cell.tell(new ActorBehavior.Placed());
  }

  @Override
  public void recalled(Lease held) {} // an actor keeps what it asked for

  synchronized @Nullable Lease present() {
    return lease;
  }

  /** Gives back what is held. */
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
