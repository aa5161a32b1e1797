package io.mobula.internal.ledger;

import io.mobula.Gpu;
import io.mobula.internal.execution.CpuHold;
import io.mobula.placement.Resources;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Right to use resources of one node until it is {@linkplain #release released}. A task slot holds
 * one for task after task, an actor for its lifetime. The holder's thread returns the CPU while it
 * waits.
 *
 * <p>All methods may be called from any thread; {@link #giveBack} and {@link #takeBack} alternate
 * on the holder's thread.
 */
public final class Lease implements CpuHold {
  private final LeaseRequester requester;
  private final Resources resources;
  private final LeaseAccounting accounting;
  private final long grantedAt = System.nanoTime();
  private final AtomicBoolean released = new AtomicBoolean();
  private volatile List<DeviceShare> shares;
  private volatile boolean recalled;

  /** Accounting for leases: hears of each change. Called from any thread; must not block. */
  public interface LeaseAccounting {
    /** Notes that the lease has ended. */
    void released(Lease lease);

    /** Notes that the lease has returned its CPU for a while. */
    void blocked(Lease lease);

    /** Notes that the lease has taken its CPU back. */
    void resumed(Lease lease);

    /**
     * Returns the ledger to ask for the same resources again; null if this object grants no leases
     * itself.
     */
    default @Nullable LedgerClient ledger() {
      return null;
    }
  }

  /** Creates a lease that another object accounts for. */
  public static Lease of(
      LeaseRequester requester, List<DeviceShare> shares, LeaseAccounting accounting) {
    return new Lease(requester, shares, accounting);
  }

  Lease(LeaseRequester requester, List<DeviceShare> shares, LeaseAccounting accounting) {
    this.shares = shares;
    this.requester = requester;
    this.resources = requester.wanted();
    this.accounting = accounting;
  }

  /** Returns the resources that the holder may use. */
  public Resources resources() {
    return resources;
  }

  /** Returns the accelerators among the resources, in their present state. */
  public List<DeviceShare> shares() {
    return shares;
  }

  /** Replaces the accelerators after their state has changed. Called by the accounting object. */
  public void setShares(List<DeviceShare> now) {
    shares = now;
  }

  @Override
  public List<Gpu> gpus() {
    return shares.stream().map(DeviceShare::gpu).toList();
  }

  LeaseRequester requester() {
    return requester;
  }

  /** Returns whether other requesters wait for resources of this lease. */
  public boolean isRecalled() {
    return recalled;
  }

  /** Returns for how long the lease has been held, in nanoseconds. */
  public long ageNanos() {
    return System.nanoTime() - grantedAt;
  }

  /** Tells the holder that other requesters wait for its resources. */
  public void recall() {
    recalled = true;
    requester.recalled(this);
  }

  /** Releases the lease's resources. A second call has no effect. */
  public void release() {
    if (released.compareAndSet(false, true)) {
      accounting.released(this);
    }
  }

  @Override
  public void giveBack() {
    if (cpuUnits() > 0) {
      accounting.blocked(this);
    }
  }

  @Override
  public void takeBack() {
    if (cpuUnits() > 0) {
      accounting.resumed(this);
    }
  }

  /**
   * Returns the ledger whose resources the lease holds; null if another process granted the lease
   * and accounts for it (a worker process sees its own accelerators only).
   */
  public @Nullable LedgerClient ledger() {
    return accounting.ledger();
  }

  long cpuUnits() {
    return resources.units(Resources.CPU);
  }
}
