package io.mobula.internal.group;

import io.mobula.internal.ledger.ForwardingLeaseRequester;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.ledger.LeaseRequester;
import io.mobula.internal.ledger.LedgerClient;
import io.mobula.internal.placement.BundleCapacity;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Lease request that races at several ledgers: the first grant ends it at all of them. A ledger
 * that opens while it waits joins the race. Thread-safe. The requester is asked whether it still
 * wants the lease only while the request is open, since its answer may commit it.
 */
final class RacingLeaseRequest {
  private final LeaseRequester requester;
  private final Consumer<RacingLeaseRequest> ended;
  private final Set<LedgerClient> asked = new LinkedHashSet<>();
  private boolean over;

  /**
   * Creates a request at no ledger yet.
   *
   * @param ended is called once when the request has ended, in whatever way
   */
  RacingLeaseRequest(LeaseRequester requester, Consumer<RacingLeaseRequest> ended) {
    this.requester = requester;
    this.ended = ended;
  }

  /**
   * Adds ledgers to the race. All are added at once: if the first closed early, it might be taken
   * for the last.
   */
  void ask(Collection<LedgerClient> ledgers) {
    synchronized (this) {
      if (over) {
        return;
      }
      asked.addAll(ledgers);
    }
    ledgers.forEach(ledger -> ledger.acquire(new LedgerRequester(ledger)));
  }

  /** Adds a ledger that has opened, if it can ever grant the request. */
  void askToo(LedgerClient opened) {
    if (BundleCapacity.covers(opened.maximum(), requester.wanted())) {
      ask(List.of(opened));
    }
  }

  private boolean isWanted() {
    synchronized (this) {
      if (over) {
        return false;
      }
      over = !requester.stillWants();
      if (!over) {
        return true;
      }
    }
    ended.accept(this);
    return false;
  }

  private boolean claim() {
    synchronized (this) {
      if (over) {
        return false;
      }
      over = true;
    }
    ended.accept(this);
    return true;
  }

  private synchronized Collection<LedgerClient> asked() {
    return List.copyOf(asked);
  }

  /** Removes a closed ledger; returns whether it was the last one. */
  private boolean isLast(LedgerClient closed) {
    synchronized (this) {
      asked.remove(closed);
      if (over || !asked.isEmpty()) {
        return false;
      }
      over = true;
    }
    ended.accept(this);
    return true;
  }

  /** Request at one of the ledgers. */
  private final class LedgerRequester extends ForwardingLeaseRequester<LeaseRequester> {
    private final LedgerClient ledger;

    LedgerRequester(LedgerClient ledger) {
      super(requester);
      this.ledger = ledger;
    }

    @Override
    public boolean stillWants() {
      return isWanted();
    }

    @Override
    public void ledgerClosed() {
      if (isLast(ledger)) {
        requester.ledgerClosed();
      }
    }

    @Override
    public void granted(Lease lease) {
      if (claim()) {
        asked().forEach(LedgerClient::rescanQueue); // there the request holds others back
        requester.granted(lease);
      } else {
        lease.release();
      }
    }
  }
}
