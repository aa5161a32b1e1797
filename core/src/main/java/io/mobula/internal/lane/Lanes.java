package io.mobula.internal.lane;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import io.mobula.LaneInfo;
import io.mobula.NodeId;
import io.mobula.error.NodeLostException;
import io.mobula.error.SubmissionRejectedException;
import io.mobula.error.WaitInterruptedException;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * All frames between this process and its peers. A frame is delivered once and in order while both
 * processes are members; Artery may lose what it carries, so frames are numbered, acknowledged and
 * sent again. Safe for all threads.
 */
public final class Lanes {
  /** The name of the actor that receives, below a node's guardian. */
  public static final String NAME = "lane";

  private static final byte[] NOTHING = {};
  private static final int MOST_UNSENT = 16 * 1024;
  private static final long MOST_UNSENT_BYTES = 64L << 20;
  private static final int MOST_TOLD = 256;
  private static final String ARTERY = "artery";

  private final Membership membership;
  private final Map<NodeId, Line> lines = new ConcurrentHashMap<>();

  /** What is done with frames. Called on one thread, which must not be blocked. */
  @FunctionalInterface
  public interface Receiver {
    /** A frame has come; it is the receiver's. */
    void received(NodeId from, byte[] frame);
  }

  /** Sends to members, and receives nothing yet. */
  public Lanes(Membership membership) {
    this.membership = membership;
  }

  /**
   * Starts to receive. What peers sent before comes again.
   *
   * @param spawner starts the actor {@value #NAME}
   */
  public void open(Spawner spawner, Receiver receiver) {
    spawner.spawn(LaneInbox.create(this, receiver), NAME);
  }

  /** Starts an actor under a name. */
  public interface Spawner {
    /** Starts it and returns at once. */
    <T> ActorRef<T> spawn(Behavior<T> behavior, String name);
  }

  /**
   * Sends a frame, or queues it behind those that are on the way. Never waits: whoever may send
   * without end calls {@link #awaitRoom} first.
   *
   * @return false if the peer is no member any more; its end is told to all who listen to the
   *     membership
   */
  public boolean send(NodeId to, byte[] frame) {
    var line = line(to);
    if (line == null) {
      return false;
    }
    line.send(frame);
    return true;
  }

  /**
   * Waits until the queue to that peer is short again.
   *
   * @throws SubmissionRejectedException when it is not in time
   * @throws NodeLostException when the peer is gone
   */
  public void awaitRoom(NodeId to, Duration limit) {
    var line = line(to);
    if (line == null) {
      throw new NodeLostException("Node " + to + " is no member of the cluster any more.");
    }
    line.awaitRoom(limit);
  }

  private @Nullable Line line(NodeId to) {
    var line = lines.get(to);
    if (line != null) {
      return line;
    }
    var peer = membership.peer(to);
    if (peer == null || to.equals(membership.self().id())) {
      return null;
    }
    var opened = lines.computeIfAbsent(to, id -> new Line(peer));
    if (membership.peer(to) == null) { // it left between the two looks
      forget(to);
      return null;
    }
    return opened;
  }

  /** What is on the way, and has come, by peer: of the 256 with most to be sent. */
  public List<LaneInfo> traffic() {
    return lines.values().stream()
        .map(Line::traffic)
        .sorted(LaneInfo.BUSIEST_FIRST)
        .limit(MOST_TOLD)
        .toList();
  }

  /** The next frame of a peer has come; for the one thread that receives. */
  void received(NodeId from, int bytes) {
    var line = line(from);
    if (line != null) {
      line.receivedFrames.increment();
      line.receivedBytes.add(bytes);
    }
  }

  /** The peer has gone: what was on the way to it is dropped. */
  void forget(NodeId peer) {
    var line = lines.remove(peer);
    if (line != null) {
      line.close();
    }
  }

  Membership membership() {
    return membership;
  }

  void acknowledged(NodeId by, long sequence) {
    var line = lines.get(by);
    if (line != null) {
      line.acknowledged(sequence);
    }
  }

  /** Tells a peer how far its frames have come. */
  void acknowledge(NodeId peer, long sequence) {
    var line = line(peer);
    if (line != null) {
      line.tell(0, sequence, NOTHING);
    }
  }

  void tick() {
    lines.values().forEach(Line::tick);
  }

  /** The way to one peer. */
  private final class Line {
    private final NodeId to;
    private final ActorRef<Parcel> inbox;
    private final Outbox outbox = new Outbox();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private final LongAdder receivedFrames = new LongAdder();
    private final LongAdder receivedBytes = new LongAdder();
    private volatile boolean closed;

    Line(Peer peer) {
      this.to = peer.id();
      this.inbox = membership.actor(peer, NAME);
    }

    void send(byte[] frame) {
      lock.lock();
      try {
        outbox.add(frame);
        sendWhatMay();
      } finally {
        lock.unlock();
      }
    }

    /** Under the lock, so that frames leave in the order of their numbers. */
    private void sendWhatMay() {
      for (var next = outbox.next(); next != null; next = outbox.next()) {
        tell(next.sequence(), 0, next.frame());
      }
    }

    void tell(long sequence, long acknowledged, byte[] frame) {
      inbox.tell(new Parcel(
          membership.self().id().incarnation(), to.incarnation(), sequence, acknowledged, frame));
    }

    void acknowledged(long sequence) {
      lock.lock();
      try {
        outbox.acknowledged(sequence);
        sendWhatMay();
        room.signalAll();
      } finally {
        lock.unlock();
      }
    }

    void tick() {
      List<Outbox.Numbered> again = new ArrayList<>();
      lock.lock();
      try {
        again.addAll(outbox.tick());
        again.forEach(numbered -> tell(numbered.sequence(), 0, numbered.frame()));
      } finally {
        lock.unlock();
      }
    }

    LaneInfo traffic() {
      lock.lock();
      try {
        return new LaneInfo(
            membership.self().id(),
            to,
            ARTERY,
            outbox.sent(),
            new LaneInfo.Amount(receivedFrames.sum(), receivedBytes.sum()),
            outbox.underway());
      } finally {
        lock.unlock();
      }
    }

    void close() {
      closed = true;
      lock.lock();
      try {
        room.signalAll();
      } finally {
        lock.unlock();
      }
    }

    private boolean isFull() {
      return outbox.size() >= MOST_UNSENT || outbox.bytes() >= MOST_UNSENT_BYTES;
    }

    void awaitRoom(Duration limit) {
      lock.lock();
      try {
        long left = limit.toNanos();
        while (isFull() && !closed) {
          if (left <= 0) {
            throw new SubmissionRejectedException("Node " + to + " has not taken any of "
                + outbox.size() + " waiting frames within " + limit
                + ". It is overloaded or cut off; wait for results before sending more.");
          }
          left = room.awaitNanos(left);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new WaitInterruptedException("Interrupted while waiting to send to node " + to + ".");
      } finally {
        lock.unlock();
      }
      if (closed) {
        throw new NodeLostException("Node " + to + " is no member of the cluster any more.");
      }
    }
  }

  static long tickNanos() {
    return TimeUnit.MILLISECONDS.toNanos(500);
  }
}
