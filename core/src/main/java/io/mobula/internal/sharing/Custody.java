package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.Lanes;
import io.mobula.internal.lane.Router;
import io.mobula.spi.HoldStatement;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Refs on their way to another process: whoever sends one goes on holding it until the receiver has
 * said what it holds, and passes that on to the directory before letting go. Safe for all threads.
 */
final class Custody implements Membership.Listener {
  private static final int HELD = 7;
  private static final long NO_TICKET = 0;

  private final Counting counting;
  private final Lanes lanes;
  private final AtomicLong tickets = new AtomicLong();
  private final Map<Ticket, Runnable> open = new ConcurrentHashMap<>();

  private record Ticket(NodeId to, long number) {}

  Custody(Counting counting, Membership membership, Lanes lanes, Router router) {
    this.counting = counting;
    this.lanes = lanes;
    router.on(HELD, this::onHeld);
    membership.subscribe(this);
  }

  /**
   * Ends a frame that may carry refs, before it is sent.
   *
   * @param release gives back what the sender held for them; run once, at once if there are none
   */
  void seal(FrameWriter frame, NodeId to, Runnable release) {
    if (frame.carried().isEmpty()) {
      frame.int64(NO_TICKET);
      release.run();
    } else {
      var ticket = new Ticket(to, tickets.incrementAndGet());
      open.put(ticket, release);
      frame.int64(ticket.number());
    }
  }

  /** The peer of a sealed frame is gone already. */
  void undeliverable(NodeId to) {
    open.keySet().stream().filter(ticket -> ticket.to().equals(to)).toList().forEach(this::close);
  }

  private void close(Ticket ticket) {
    var release = open.remove(ticket);
    if (release != null) {
      release.run();
    }
  }

  /** Reads the end of a sealed frame, after what it brought has been taken in or dropped. */
  void received(NodeId from, FrameReader frame) {
    long ticket = frame.int64();
    if (ticket != NO_TICKET) {
      var statements = new LinkedHashSet<>(frame.brought())
          .stream().map(counting::statementOf).toList();
      var answer = new FrameWriter().octet(HELD).int64(ticket).list(statements, Custody::write);
      lanes.send(from, answer.toBytes());
    }
  }

  /** The inside of a sealed frame cannot be read: what it brought so far was dropped again. */
  void dropped(NodeId from, FrameReader frame) {
    frame.skipToLast(Long.BYTES);
    received(from, frame);
  }

  private void onHeld(NodeId from, FrameReader frame) {
    long ticket = frame.int64();
    List<HoldStatement> statements = frame.list(Custody::read);
    counting.vouchFor(statements);
    close(new Ticket(from, ticket));
  }

  private static void write(FrameWriter out, HoldStatement statement) {
    Location.write(out, statement.id());
    out.int64(statement.node().incarnation()).int64(statement.version()).flag(statement.held());
  }

  private static HoldStatement read(FrameReader in) {
    ObjectId id = Location.readId(in);
    return new HoldStatement(id, new NodeId(in.int64()), in.int64(), in.flag());
  }

  @Override
  public void joined(Peer peer) {}

  @Override
  public void left(Peer peer, String how) {
    undeliverable(peer.id());
  }
}
