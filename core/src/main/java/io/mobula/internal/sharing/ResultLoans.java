package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.NodeMessaging;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectStore;
import io.mobula.spi.HoldStatement;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Large results of calls that only the caller's process holds, on the host where they were made.
 * The caller's process reports when it is done with a result, or that others may hold it; until
 * then the directory is not told, and the memory is freed at once. Safe for all threads; only
 * {@link #recall} blocks.
 */
final class ResultLoans implements Membership.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(ResultLoans.class);

  private final SharedObjectTable table;
  private final RemoteObjects remoteObjects;
  private final ObjectStore store;
  private final DirectoryClient directoryClient;
  private final Membership membership;
  private final NodeMessaging messaging;
  private final AtomicLong numbers = new AtomicLong();
  private final Map<LoanKey, LentObject> lentByKey = new ConcurrentHashMap<>();
  private final Map<ObjectId, LentObject> byId = new ConcurrentHashMap<>();
  private final Map<LoanKey, WeakReference<RemoteObject>> borrowed = new ConcurrentHashMap<>();
  private volatile boolean leaving;

  /**
   * Key of a loan, as each side knows it.
   *
   * @param peer the other side
   * @param number the maker's number of the loan
   */
  private record LoanKey(NodeId peer, long number) {}

  /** Attempt of an object that is lent. */
  record LentObject(ObjectId id, int attempt, ObjectContent.Sealed sealed) {}

  ResultLoans(
      SharedObjectTable table,
      RemoteObjects remoteObjects,
      ObjectStore store,
      DirectoryClient directoryClient,
      NodeMessaging messaging) {
    this.table = table;
    this.remoteObjects = remoteObjects;
    this.store = store;
    this.directoryClient = directoryClient;
    this.membership = messaging.membership();
    this.messaging = messaging;
  }

  /** Listens to other processes from now on. */
  void listen() {
    messaging
        .on(FrameKind.LOAN_RETURNED, this::onReturned)
        .on(FrameKind.LOAN_SHARED, this::onShared)
        .on(FrameKind.LOAN_RECALL, this::onRecall);
    membership.subscribe(this);
  }

  // ---- the lender's side

  boolean canLend(ObjectContent.Sealed sealed, NodeId to) {
    return !leaving && sealed.edges().isEmpty() && messaging.sharesMemoryWith(to);
  }

  /**
   * Lends a result until the borrower has reported what becomes of it; returns the number of the
   * loan.
   */
  long lend(ObjectContent.Sealed sealed, ObjectId id, int attempt, NodeId to) {
    var key = new LoanKey(to, numbers.incrementAndGet());
    var loan = new LentObject(id, attempt, sealed);
    byId.put(id, loan);
    lentByKey.put(key, loan);
    if (membership.peer(to) == null) {
      returnLoan(key);
    }
    return key.number();
  }

  /** Returns the lent result with this id, or null. */
  @Nullable
  LentObject lent(ObjectId id) {
    return byId.get(id);
  }

  /**
   * Ends one of the loans. One at a time ends, so that a thread that waits for the last one finds
   * its object kept or gone.
   */
  private synchronized void end(LoanKey key, Consumer<LentObject> how) {
    var loan = lentByKey.remove(key);
    if (loan != null) {
      how.accept(loan);
      byId.remove(loan.id(), loan);
      notifyAll();
    }
  }

  private void returnLoan(LoanKey key) {
    end(key, loan -> loan.sealed().discard());
  }

  private void onReturned(NodeId from, FrameReader frame) {
    returnLoan(new LoanKey(from, frame.int64()));
  }

  /**
   * Handles that others may hold the object from now on: it is counted like any other shared
   * object.
   */
  private void onShared(NodeId from, FrameReader frame) {
    var key = new LoanKey(from, frame.int64());
    var statement = InFlightRefs.read(frame);
    end(key, loan -> {
      var entry = table.keep(loan.id(), loan.sealed(), loan.attempt());
      directoryClient.relayStatements(List.of(statement)); // while this node holds it
      entry.release();
    });
  }

  /**
   * Recalls all loans because this node leaves: the borrowers share their objects, so that these
   * can be handed over. Blocks for the timeout at most.
   */
  void recall(Duration timeout) {
    leaving = true;
    lentByKey
        .keySet()
        .forEach(key -> messaging.send(
            key.peer(),
            FrameWriter.of(FrameKind.LOAN_RECALL).int64(key.number()).toBytes()));
    long end = System.nanoTime() + timeout.toNanos();
    try {
      synchronized (this) {
        for (long left = timeout.toNanos();
            !lentByKey.isEmpty() && left > 0;
            left = end - System.nanoTime()) {
          TimeUnit.NANOSECONDS.timedWait(this, left);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!lentByKey.isEmpty()) {
      LOG.warn(
          "{} results that callers have not read yet are lost with node {}.",
          lentByKey.size(),
          membership.self().id());
    }
  }

  // ---- the borrower's side

  /** Result that is on loan to this process, until this process returns or shares it, once. */
  final class BorrowedResult {
    private final LoanKey key;
    private final AtomicBoolean over = new AtomicBoolean();

    private BorrowedResult(LoanKey key) {
      this.key = key;
    }

    /** Returns the loan, since nobody reads the result here any more. */
    void end() {
      if (over()) {
        messaging.send(
            key.peer(),
            FrameWriter.of(FrameKind.LOAN_RETURNED).int64(key.number()).toBytes());
      }
    }

    /**
     * Shares the object, so that others may hold it from now on; the statement is this process's
     * own hold.
     */
    void share(HoldStatement statement) {
      if (over()) {
        var frame = FrameWriter.of(FrameKind.LOAN_SHARED).int64(key.number());
        InFlightRefs.write(frame, statement);
        messaging.send(key.peer(), frame.toBytes());
      }
    }

    private boolean over() {
      boolean first = over.compareAndSet(false, true);
      if (first) {
        borrowed.remove(key);
      }
      return first;
    }

    boolean isOver() {
      return over.get();
    }
  }

  /** Registers a loan, which ends at the latest when the object is unreachable. */
  RemoteObject borrow(ObjectLocation location, boolean views, long number) {
    var loan = new BorrowedResult(new LoanKey(location.holder(), number));
    var object = remoteObjects.borrowed(location, views, loan);
    borrowed.put(loan.key, new WeakReference<>(object));
    store.whenUnreachable(object, loan::end);
    return object;
  }

  private void onRecall(NodeId from, FrameReader frame) {
    var reference = borrowed.get(new LoanKey(from, frame.int64()));
    var object = reference == null ? null : reference.get();
    if (object != null) {
      object.onRecalled();
    }
  }

  @Override
  public void left(Peer peer, String how) {
    lentByKey.keySet().stream()
        .filter(key -> key.peer().equals(peer.id()))
        .toList()
        .forEach(this::returnLoan);
    borrowed.keySet().removeIf(ticket -> ticket.peer().equals(peer.id()));
  }
}
