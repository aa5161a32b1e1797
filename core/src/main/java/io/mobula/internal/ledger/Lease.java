package io.mobula.internal.ledger;

import io.mobula.Gpu;
import io.mobula.Resources;
import io.mobula.internal.execution.CpuHold;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The right to use resources of one node until it is {@linkplain #release released}: a slot that
 * runs task after task, or an actor for life. The holder's thread gives the CPU back while it
 * waits.
 *
 * <p>All methods may be called from any thread; {@link #giveBack} and {@link #takeBack} alternate
 * on the holder's.
 */
public final class Lease implements CpuHold {
  private final LeaseRequester requester;
  private final Resources resources;
  private final LeaseAccounting accounting;
  private final long grantedAt = System.nanoTime();
  private final AtomicBoolean released = new AtomicBoolean();
  private volatile List<DeviceShare> shares;
  private volatile boolean recalled;

  /** Who keeps account of a lease. All from any thread; nothing blocks. */
  public interface LeaseAccounting {
    /** It has ended. */
    void released(Lease lease);

    /** Its CPU is given back for a while. */
    void blocked(Lease lease);

    /** Its CPU is taken back. */
    void resumed(Lease lease);

    /** The ledger to ask for as much again; null if this book grants no leases itself. */
    default @Nullable LedgerClient ledger() {
      return null;
    }
  }

  /** A lease that is accounted for elsewhere. */
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

  /** What may be used. */
  public Resources resources() {
    return resources;
  }

  /** The accelerators among it, as they are now. */
  public List<DeviceShare> shares() {
    return shares;
  }

  /** They have changed their state. Called by whoever accounts for it. */
  public void shares(List<DeviceShare> now) {
    shares = now;
  }

  @Override
  public List<Gpu> gpus() {
    return shares.stream().map(DeviceShare::gpu).toList();
  }

  LeaseRequester requester() {
    return requester;
  }

  /** Whether others wait for what this holds. */
  public boolean isRecalled() {
    return recalled;
  }

  /** For how long it has been held, in nanoseconds. */
  public long ageNanos() {
    return System.nanoTime() - grantedAt;
  }

  /** Others wait for what it holds. */
  public void recall() {
    recalled = true;
    requester.recalled(this);
  }

  /** Ends the lease. Doing so again has no effect. */
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
   * The ledger whose resources it holds; null if it was lent by another process, which accounts for
   * it: a worker process that sees its own accelerators alone.
   */
  public @Nullable LedgerClient ledger() {
    return accounting.ledger();
  }

  long cpuUnits() {
    return resources.units(Resources.CPU);
  }
}
