package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.PeerTransport;
import io.mobula.internal.lane.FrameRouter;
import io.mobula.internal.store.Content;
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
 * Large results of calls that only the caller's process holds, on the host where they were made:
 * that process says when it is done, or that others are to know of them; until then the directory
 * is told nothing, and their memory comes back at once. Safe for all threads; nothing but
 * {@link #recall} blocks.
 */
final class ResultLoans implements Membership.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(ResultLoans.class);
  private static final int RETURNED = 101;
  private static final int SHARED = 102;
  private static final int RECALL = 103;

  private final Sharing sharing;
  private final ObjectStore store;
  private final Counting counting;
  private final Membership membership;
  private final PeerTransport peerTransport;
  private final AtomicLong numbers = new AtomicLong();
  private final Map<Ticket, Given> given = new ConcurrentHashMap<>();
  private final Map<ObjectId, Given> byId = new ConcurrentHashMap<>();
  private final Map<Ticket, WeakReference<RemoteObject>> borrowed = new ConcurrentHashMap<>();
  private volatile boolean leaving;

  /**
   * One loan, as each side knows it.
   *
   * @param peer the other side
   * @param number the maker's
   */
  private record Ticket(NodeId peer, long number) {}

  /** What is on loan: an attempt of an object. */
  record Given(ObjectId id, int attempt, Content.InStore sealed) {}

  ResultLoans(
      Sharing sharing,
      ObjectStore store,
      Counting counting,
      Membership membership,
      PeerTransport peerTransport,
      FrameRouter router) {
    this.sharing = sharing;
    this.store = store;
    this.counting = counting;
    this.membership = membership;
    this.peerTransport = peerTransport;
    router.on(RETURNED, this::onReturned).on(SHARED, this::onShared).on(RECALL, this::onRecall);
    membership.subscribe(this);
  }

  // ---- the side of the process that has it

  boolean canGive(Content.InStore sealed, NodeId to) {
    return !leaving && sealed.edges().isEmpty() && peerTransport.sharesMemoryWith(to);
  }

  /** Keeps it until the other side has said what is to become of it; gives the loan's number. */
  long give(Content.InStore sealed, ObjectId id, int attempt, NodeId to) {
    var ticket = new Ticket(to, numbers.incrementAndGet());
    var loan = new Given(id, attempt, sealed);
    byId.put(id, loan);
    given.put(ticket, loan);
    if (membership.peer(to) == null) {
      back(ticket);
    }
    return ticket.number();
  }

  /** What of a result on loan is here. */
  @Nullable
  Given lent(ObjectId id) {
    return byId.get(id);
  }

  /** One loan at a time ends: whoever waits for the last finds it kept, or gone. */
  private synchronized void end(Ticket ticket, Consumer<Given> how) {
    var loan = given.remove(ticket);
    if (loan != null) {
      how.accept(loan);
      byId.remove(loan.id(), loan);
      notifyAll();
    }
  }

  private void back(Ticket ticket) {
    end(ticket, loan -> loan.sealed().discard());
  }

  private void onReturned(NodeId from, FrameReader frame) {
    back(new Ticket(from, frame.int64()));
  }

  /** Others may hold it from now on: it is counted like any other object. */
  private void onShared(NodeId from, FrameReader frame) {
    var ticket = new Ticket(from, frame.int64());
    var statement = Custody.read(frame);
    end(
        ticket,
        loan -> sharing.keep(
            loan.id(), loan.sealed(), loan.attempt(), () -> counting.vouchFor(List.of(statement))));
  }

  /**
   * This node leaves: has those who have something on loan make it known, so that it can be handed
   * over. Blocks for the limit at most.
   */
  void recall(Duration limit) {
    leaving = true;
    given
        .keySet()
        .forEach(ticket -> peerTransport.send(
            ticket.peer(),
            new FrameWriter().octet(RECALL).int64(ticket.number()).toBytes()));
    long end = System.nanoTime() + limit.toNanos();
    try {
      synchronized (this) {
        for (long left = limit.toNanos();
            !given.isEmpty() && left > 0;
            left = end - System.nanoTime()) {
          TimeUnit.NANOSECONDS.timedWait(this, left);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!given.isEmpty()) {
      LOG.warn(
          "{} results that callers have not read yet are lost with node {}.",
          given.size(),
          membership.self().id());
    }
  }

  // ---- the side of the process that has it on loan

  /** A result that is on loan to this process, until it says otherwise, once. */
  final class Borrowed {
    private final Ticket ticket;
    private final AtomicBoolean over = new AtomicBoolean();

    private Borrowed(Ticket ticket) {
      this.ticket = ticket;
    }

    /** Nobody reads it here any more. */
    void end() {
      if (over()) {
        peerTransport.send(
            ticket.peer(),
            new FrameWriter().octet(RETURNED).int64(ticket.number()).toBytes());
      }
    }

    /** Others may hold it from now on; this is what this process says of its own hold. */
    void share(HoldStatement statement) {
      if (over()) {
        var frame = new FrameWriter().octet(SHARED).int64(ticket.number());
        Custody.write(frame, statement);
        peerTransport.send(ticket.peer(), frame.toBytes());
      }
    }

    private boolean over() {
      boolean first = over.compareAndSet(false, true);
      if (first) {
        borrowed.remove(ticket);
      }
      return first;
    }

    boolean isOver() {
      return over.get();
    }
  }

  /** Takes note of a loan; it ends when the object is unreachable, at the latest. */
  RemoteObject borrow(Location location, boolean views, long number) {
    var loan = new Borrowed(new Ticket(location.at(), number));
    var object = new RemoteObject(location, List.of(), views, sharing, loan);
    borrowed.put(loan.ticket, new WeakReference<>(object));
    store.whenUnreachable(object, loan::end);
    return object;
  }

  private void onRecall(NodeId from, FrameReader frame) {
    var reference = borrowed.get(new Ticket(from, frame.int64()));
    var object = reference == null ? null : reference.get();
    if (object != null) {
      object.recalled();
    }
  }

  @Override
  public void joined(Peer peer) {}

  @Override
  public void left(Peer peer, String how) {
    given.keySet().stream()
        .filter(ticket -> ticket.peer().equals(peer.id()))
        .toList()
        .forEach(this::back);
    borrowed.keySet().removeIf(ticket -> ticket.peer().equals(peer.id()));
  }
}
