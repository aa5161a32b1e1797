package io.mobula.jmh.ledger;

import io.mobula.NodeId;
import io.mobula.internal.execution.Job;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.ledger.LeaseRequester;
import io.mobula.internal.ledger.LedgerClient;
import io.mobula.placement.Resources;
import java.util.concurrent.CountDownLatch;

/**
 * Client that requests a lease, releases it as soon as it is granted, and requests again until it
 * is stopped.
 */
final class LeaseBenchClient implements LeaseRequester {
  private final LedgerClient ledger;
  private final Resources wanted;
  private final Job job;
  private final CountDownLatch ended;
  private volatile boolean stopped;
  private volatile long grants;

  LeaseBenchClient(LedgerClient ledger, Resources wanted, long driver, CountDownLatch ended) {
    this.ledger = ledger;
    this.wanted = wanted;
    this.job = new Job(new NodeId(driver), false, null, 1);
    this.ended = ended;
  }

  void start() {
    ledger.acquire(this);
  }

  void stop() {
    stopped = true;
  }

  long grants() {
    return grants;
  }

  @Override
  public Resources wanted() {
    return wanted;
  }

  @Override
  public Job job() {
    return job;
  }

  @Override
  public String description() {
    return "a taker of " + wanted;
  }

  @Override
  public boolean stillWants() {
    return true;
  }

  /**
   * Releases the lease and requests another one. Called on the ledger's thread alone, which is the
   * only writer of the count.
   */
  @Override
  @SuppressWarnings("NonAtomicVolatileUpdate")
  public void granted(Lease lease) {
    grants++;
    lease.release();
    if (stopped) {
      ended.countDown();
    } else {
      ledger.acquire(this);
    }
  }

  @Override
  public void recalled(Lease lease) {}
}
