package io.mobula.internal.placement;

import io.mobula.NodeId;
import io.mobula.error.RuntimeClosedException;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.execution.RuntimeEnvironment;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.PeerTransport;
import io.mobula.internal.lane.FrameRouter;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.ledger.DeviceShare;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Leases of this node's ledger whose work needs jars: each is lent to the worker process that has
 * them, which says when it is over, and when its CPU is given back meanwhile. Safe for all threads;
 * nothing blocks.
 */
final class Lending {
  static final int LEND = 84;
  static final int LENT = 85;
  static final int ACCOUNT = 86;
  static final int ORDER = 87;

  /** What a worker says of a lease that it was lent. */
  enum Account {
    RELEASED,
    BLOCKED,
    RESUMED
  }

  /** What a worker is told about a lease that it was lent. */
  enum Order {
    RECALL,
    END,
    /** Its accelerators have fallen ill or are healthy again; they follow. */
    DEVICES
  }

  private final PeerTransport peerTransport;
  private final Supplier<LeaseDesk.Workers> workers;
  private final Map<Long, Loan> loans = new ConcurrentHashMap<>();

  /**
   * Whoever was granted what is lent; called once, with one of the first three, then the last.
   * {@link #recalled} may be called in between.
   */
  interface Client {
    /** The slot is there: tell the submitter. */
    void lent(NodeId worker);

    /** Others wait for what it holds, and the submitter has been told where the slot is. */
    void recalled(NodeId worker);

    /**
     * The worker has ended before it had the slot, or the slot before anybody knew of it, or this
     * node closes: the work can run elsewhere.
     */
    void lost();

    /** There is no worker for it. */
    void refused(String why);

    /** The lease has gone back to the ledger. */
    void over();
  }

  /**
   * What is to be lent.
   *
   * @param submitter whose work uses it
   * @param number names the lease to the submitter and to the worker
   */
  record Terms(NodeId submitter, long number, Wanting.Purpose purpose, RuntimeEnvironment environment) {}

  Lending(Membership membership, PeerTransport peerTransport, FrameRouter router, Supplier<LeaseDesk.Workers> workers) {
    this.peerTransport = peerTransport;
    this.workers = workers;
    router.on(LENT, this::onLent).on(ACCOUNT, this::onAccount);
    membership.subscribe(new Membership.Listener() {
      @Override
      public void joined(Peer peer) {}

      @Override
      public void left(Peer peer, String how) {
        List.copyOf(loans.values()).forEach(loan -> loan.left(peer.id()));
      }
    });
  }

  LeaseDesk.Stay lend(Terms terms, Lease lease, Client client) {
    var loan = new Loan(terms, lease, client);
    loans.put(terms.number(), loan);
    loan.start();
    return loan;
  }

  /** Others wait for what it holds. */
  void recall(long number) {
    var loan = loans.get(number);
    if (loan != null) {
      loan.recall();
    }
  }

  /** Its accelerators have changed their state. */
  void devicesChanged(long number) {
    var loan = loans.get(number);
    if (loan != null) {
      loan.order(Order.DEVICES);
    }
  }

  private void onLent(NodeId from, FrameReader in) {
    var loan = loans.get(in.int64());
    if (loan != null && loan.isAt(from)) {
      loan.lent(from);
    }
  }

  private void onAccount(NodeId from, FrameReader in) {
    var loan = loans.get(in.int64());
    if (loan == null || !loan.isAt(from)) {
      return;
    }
    switch (in.choice(Account.values())) {
      case RELEASED -> loan.over();
      case BLOCKED -> loan.lease.giveBack();
      case RESUMED -> loan.lease.takeBack();
    }
  }

  /** One lease that is lent, or will be as soon as there is a worker. */
  private final class Loan implements LeaseDesk.Stay {
    private final Terms terms;
    private final Lease lease;
    private final Client client;
    private final String devices;
    private @Nullable NodeId at; // it has been sent there
    private boolean answered; // the submitter hears of a slot, or that there is none
    private boolean told; // what is said to the submitter now comes after the word of the slot
    private boolean ended;
    private boolean over;

    Loan(Terms terms, Lease lease, Client client) {
      this.terms = terms;
      this.lease = lease;
      this.client = client;
      this.devices = DeviceShare.visibleDevices(lease.shares());
    }

    void start() {
      var _ = workers.get().employ(terms.environment(), devices).whenComplete((worker, failure) -> {
        if (failure == null) {
          send(worker);
        } else {
          refused(failure);
          over();
        }
      });
    }

    private void refused(Throwable why) {
      if (!(why instanceof RuntimeClosedException) && answer()) {
        client.refused(String.valueOf(why.getMessage()));
      }
    }

    private synchronized boolean answer() {
      boolean first = !answered;
      answered = true;
      return first;
    }

    private void send(NodeId worker) {
      boolean sent;
      synchronized (this) { // so that no order overtakes it
        at = worker;
        sent = !ended && peerTransport.send(worker, frame());
      }
      if (!sent) {
        over();
      }
    }

    private void lent(NodeId worker) {
      if (answer()) {
        client.lent(worker);
        synchronized (this) {
          told = true;
        }
        if (lease.isRecalled()) { // perhaps before there was anybody to tell
          sayRecalled(worker);
        }
      }
    }

    void recall() {
      NodeId worker;
      synchronized (this) {
        worker = told ? at : null;
      }
      if (worker != null) {
        sayRecalled(worker);
      }
    }

    /** To a submitter the way that the grant went, or it might come before that. */
    private void sayRecalled(NodeId worker) {
      if (terms.submitter().equals(worker)) {
        order(Order.RECALL);
      } else {
        client.recalled(worker);
      }
    }

    private byte[] frame() {
      var frame = new FrameWriter()
          .octet(LEND)
          .int64(terms.number())
          .int64(terms.submitter().incarnation())
          .choice(terms.purpose());
      LeaseDesk.writeResources(frame, lease.resources());
      Shares.write(frame, lease.shares());
      return frame.toBytes();
    }

    synchronized boolean isAt(NodeId node) {
      return node.equals(at);
    }

    void left(NodeId node) {
      if (isAt(node)) {
        over();
      }
    }

    synchronized void order(Order what) {
      var worker = at;
      if (worker != null) {
        var frame = new FrameWriter().octet(ORDER).int64(terms.number()).choice(what);
        if (what == Order.DEVICES) {
          Shares.write(frame, lease.shares());
        }
        peerTransport.send(worker, frame.toBytes());
      }
    }

    @Override
    public synchronized void end() {
      ended = true;
      order(Order.END);
    }

    private void over() {
      synchronized (this) {
        if (over) {
          return;
        }
        over = true;
      }
      if (answer()) {
        client.lost();
      }
      loans.remove(terms.number());
      lease.release();
      workers.get().dismiss(terms.environment(), devices);
      client.over();
    }
  }
}
