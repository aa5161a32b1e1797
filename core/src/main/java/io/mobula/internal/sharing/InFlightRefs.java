package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.NodeMessaging;
import io.mobula.spi.HoldStatement;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Refs on their way to another process. The sender of a ref goes on holding it until the receiver
 * has stated its own hold, and relays that statement to the directory before it releases its hold.
 * Safe for all threads.
 */
final class InFlightRefs implements Membership.Listener {
  private static final long NO_TICKET = 0;

  /** Largest number of statements in one frame, since a value may contain any number of refs. */
  private static final int MAX_STATEMENTS = 16 << 10;

  private final DirectoryClient directoryClient;
  private final NodeId self;
  private final NodeMessaging messaging;
  private final AtomicLong tickets = new AtomicLong();
  private final Map<Long, InFlightHold> open = new ConcurrentHashMap<>();

  /**
   * Hold on behalf of a receiver.
   *
   * @param to the receiver; null for the first process that reads the refs
   * @param release releases the hold
   */
  private record InFlightHold(@Nullable NodeId to, Runnable release) {
    boolean isFor(NodeId node) {
      return to == null || to.equals(node);
    }
  }

  InFlightRefs(DirectoryClient directoryClient, NodeMessaging messaging) {
    this.directoryClient = directoryClient;
    this.self = messaging.membership().self().id();
    this.messaging = messaging;
  }

  /** Listens to other processes from now on. */
  void listen() {
    messaging.on(FrameKind.REFS_HELD, this::onHeld);
    messaging.membership().subscribe(this);
  }

  /**
   * Finishes a frame that may carry refs, before it is sent.
   *
   * @param release releases the sender's holds on them; run once, at once if there are none
   */
  void finishFrame(FrameWriter frame, NodeId to, Runnable release) {
    if (frame.carriedRefs().isEmpty()) {
      frame.int64(NO_TICKET);
      release.run();
    } else {
      frame.int64(issue(new InFlightHold(to, release)));
    }
  }

  private long issue(InFlightHold hold) {
    long number = tickets.incrementAndGet();
    open.put(number, hold);
    return number;
  }

  /**
   * Finishes bytes that carry a ref or handle and do not travel as a frame, so that the receiver is
   * not known.
   *
   * @param release releases the sender's hold; run once, when the first receiver has acknowledged
   * @return releases the hold if nobody has read the bytes; has no effect later
   */
  Runnable finishForAnyReceiver(FrameWriter bytes, Runnable release) {
    long number = issue(new InFlightHold(null, release));
    bytes.int64(self.incarnation()).int64(number);
    return () -> release(number);
  }

  /**
   * Acknowledges the refs of bytes that {@link #finishForAnyReceiver} has finished, once they have
   * been imported.
   */
  void acknowledgeRefsFromAnySender(FrameReader bytes) {
    var from = new NodeId(bytes.int64());
    if (from.equals(self)) {
      // the bytes have returned to their sender, which holds the refs itself
      release(bytes.int64());
    } else {
      acknowledgeRefs(from, bytes);
    }
  }

  /** Sends a finished frame; returns false if the peer has left. */
  boolean send(NodeId to, FrameWriter finished) {
    boolean sent = messaging.send(to, finished.toBytes());
    if (!sent) {
      releaseAllTo(to);
    }
    return sent;
  }

  /** Releases the holds on behalf of a peer that has left. */
  private void releaseAllTo(NodeId to) {
    open.forEach((number, hold) -> {
      if (to.equals(hold.to())) {
        release(number);
      }
    });
  }

  private void release(long number) {
    var hold = open.remove(number);
    if (hold != null) {
      hold.release().run();
    }
  }

  /** Acknowledges the refs of a finished frame, once they have been imported or dropped. */
  void acknowledgeRefs(NodeId from, FrameReader frame) {
    long ticket = frame.int64();
    if (ticket != NO_TICKET) {
      var statements = new LinkedHashSet<>(frame.receivedRefs())
          .stream().map(directoryClient::statementOf).toList();
      int last = Math.max(0, statements.size() - 1) / MAX_STATEMENTS * MAX_STATEMENTS;
      // the statements of all frames count; only the last frame has the number of the hold
      for (int at = 0; at < last; at += MAX_STATEMENTS) {
        messaging.send(from, held(NO_TICKET, statements.subList(at, at + MAX_STATEMENTS)));
      }
      messaging.send(from, held(ticket, statements.subList(last, statements.size())));
    }
  }

  private static byte[] held(long ticket, List<HoldStatement> statements) {
    return FrameWriter.of(FrameKind.REFS_HELD)
        .int64(ticket)
        .list(statements, InFlightRefs::write)
        .toBytes();
  }

  /**
   * Acknowledges a finished frame whose content cannot be read, and whose refs have been dropped
   * again.
   */
  void acknowledgeUnreadable(NodeId from, FrameReader frame) {
    frame.skipToLast(Long.BYTES);
    acknowledgeRefs(from, frame);
  }

  private void onHeld(NodeId from, FrameReader frame) {
    long ticket = frame.int64();
    List<HoldStatement> statements = frame.list(InFlightRefs::read);
    directoryClient.relayStatements(statements);
    var issued = open.get(ticket);
    if (issued != null && issued.isFor(from)) {
      release(ticket);
    }
  }

  static void write(FrameWriter out, HoldStatement statement) {
    ObjectLocation.write(out, statement.id());
    out.int64(statement.node().incarnation()).int64(statement.version()).flag(statement.held());
  }

  static HoldStatement read(FrameReader in) {
    ObjectId id = ObjectLocation.readId(in);
    var node = new NodeId(in.int64());
    long version = in.int64();
    boolean holds = in.flag();
    return in.construct(() -> new HoldStatement(id, node, version, holds));
  }

  @Override
  public void left(Peer peer, String how) {
    releaseAllTo(peer.id());
  }
}
