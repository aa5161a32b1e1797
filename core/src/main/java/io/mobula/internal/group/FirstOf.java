package io.mobula.internal.group;

import io.mobula.Resources;
import io.mobula.internal.execution.Program;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.ledger.Ledger;
import io.mobula.internal.ledger.Requester;
import java.util.Collection;
import java.util.List;

/**
 * One request at several ledgers: whichever grants first ends it at all of them. Safe for all
 * threads; whoever wants is asked only while it is open, since the answer decides whether there is
 * a request.
 */
final class FirstOf {
  private final Requester wanting;
  private Collection<Ledger> asked = List.of();
  private int heads;
  private boolean over;

  FirstOf(Requester wanting) {
    this.wanting = wanting;
  }

  void ask(Collection<Ledger> ledgers) {
    synchronized (this) {
      asked = List.copyOf(ledgers);
      heads = asked.size();
    }
    ledgers.forEach(ledger -> ledger.acquire(new Head()));
  }

  private synchronized boolean isWanted() {
    over = over || !wanting.stillWants();
    return !over;
  }

  private synchronized boolean claim() {
    boolean first = !over;
    over = true;
    return first;
  }

  private synchronized Collection<Ledger> asked() {
    return asked;
  }

  private synchronized boolean isLast() {
    return --heads == 0 && !over;
  }

  /** The request at one of them. */
  private final class Head implements Requester {
    @Override
    public Resources wanted() {
      return wanting.wanted();
    }

    @Override
    public Program program() {
      return wanting.program();
    }

    @Override
    public String what() {
      return wanting.what();
    }

    @Override
    public boolean stillWants() {
      return isWanted();
    }

    @Override
    public boolean isForLife() {
      return wanting.isForLife();
    }

    @Override
    public Object group() {
      return wanting.group();
    }

    @Override
    public void turnedAway() {
      if (isLast()) {
        wanting.turnedAway();
      }
    }

    @Override
    public void granted(Lease lease) {
      if (claim()) {
        asked().forEach(Ledger::lookAgain); // where it holds others back
        wanting.granted(lease);
      } else {
        lease.release();
      }
    }

    @Override
    public void recalled(Lease lease) {
      wanting.recalled(lease);
    }

    @Override
    public void devicesChanged(Lease lease) {
      wanting.devicesChanged(lease);
    }
  }
}
