package io.mobula.internal.group;

import io.mobula.Resources;
import io.mobula.internal.execution.Job;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.ledger.Ledger;
import io.mobula.internal.ledger.Requester;
import io.mobula.internal.placement.BundleRoom;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One request at several ledgers: whichever grants first ends it at all of them. One that opens
 * while it waits is asked, too. Safe for all threads; whoever wants is asked only while it is open,
 * since the answer decides whether there is a request.
 */
final class RacingLeaseRequest {
  private final Requester requester;
  private final Consumer<RacingLeaseRequest> ended;
  private final Set<Ledger> asked = new LinkedHashSet<>();
  private boolean over;

  /**
   * Nobody is asked yet.
   *
   * @param ended hears once that it is over, whatever has become of it
   */
  RacingLeaseRequest(Requester wanting, Consumer<RacingLeaseRequest> ended) {
    this.requester = wanting;
    this.ended = ended;
  }

  /** Asks these besides those it has asked; all at once, or the first might be the last. */
  void ask(Collection<Ledger> ledgers) {
    synchronized (this) {
      if (over) {
        return;
      }
      asked.addAll(ledgers);
    }
    ledgers.forEach(ledger -> ledger.acquire(new LedgerRequester(ledger)));
  }

  /** Asks a ledger that has opened, if it can ever grant this. */
  void askToo(Ledger opened) {
    if (BundleRoom.covers(opened.most(), requester.wanted())) {
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

  private synchronized Collection<Ledger> asked() {
    return List.copyOf(asked);
  }

  /** That ledger has closed: whether none is left. */
  private boolean isLast(Ledger closed) {
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

  /** The request at one of them. */
  private final class LedgerRequester implements Requester {
    private final Ledger ledger;

    LedgerRequester(Ledger ledger) {
      this.ledger = ledger;
    }

    @Override
    public Resources wanted() {
      return requester.wanted();
    }

    @Override
    public Job job() {
      return requester.program();
    }

    @Override
    public String description() {
      return requester.what();
    }

    @Override
    public boolean stillWants() {
      return isWanted();
    }

    @Override
    public boolean holdsForLifetime() {
      return requester.isForLife();
    }

    @Override
    public Object recallGroup() {
      return requester.group();
    }

    @Override
    public void ledgerClosed() {
      if (isLast(ledger)) {
        requester.turnedAway();
      }
    }

    @Override
    public void granted(Lease lease) {
      if (claim()) {
        asked().forEach(Ledger::lookAgain); // where it holds others back
        requester.granted(lease);
      } else {
        lease.release();
      }
    }

    @Override
    public void recalled(Lease lease) {
      requester.recalled(lease);
    }

    @Override
    public void devicesChanged(Lease lease) {
      requester.devicesChanged(lease);
    }
  }
}
