package io.mobula.internal.lane;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import io.mobula.NodeId;
import io.mobula.error.NodeLostException;
import io.mobula.error.SubmissionRejectedException;
import io.mobula.error.WaitInterruptedException;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.memory.SharedStore;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * All frames between this process and its peers. A frame is delivered once and in order while both
 * processes are members; Artery may lose what it carries, so frames are numbered, acknowledged and
 * sent again. Between processes of one host they soon go through rings in shared memory instead.
 * Safe for all threads.
 */
public final class Lanes implements AutoCloseable {
  /** The name of the actor that receives, below a node's guardian. */
  public static final String NAME = "lane";

  private static final byte[] NOTHING = {};
  private static final int MOST_UNSENT = 16 * 1024;
  private static final long MOST_UNSENT_BYTES = 64L << 20;

  private final Membership membership;
  private final Map<NodeId, Line> lines = new ConcurrentHashMap<>();
  private final AtomicInteger behind = new AtomicInteger();
  private volatile @Nullable Rings rings;

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
   * Starts to receive over Artery. What peers sent before comes again.
   *
   * @param spawner starts the actor {@value #NAME}
   */
  public void open(Spawner spawner, Router receiver) {
    spawner.spawn(LaneInbox.create(this, receiver), NAME);
  }

  /**
   * The same, and over rings from processes of this host, and to them.
   *
   * @param files runs what makes and opens files
   */
  public void open(Spawner spawner, Router receiver, SharedStore memory, Executor files) {
    var opened = new Rings(memory, membership, this, receiver, files);
    rings = opened;
    lines.values().forEach(line -> line.offer(opened));
    spawner.spawn(LaneInbox.create(this, opened::deliver), NAME);
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
    var fresh = new Line(peer);
    var present = lines.putIfAbsent(to, fresh);
    if (membership.peer(to) == null) { // it left between the two looks
      forget(to);
      return null;
    }
    if (present != null) {
      return present;
    }
    var shared = rings;
    if (shared != null) {
      fresh.offer(shared);
    }
    return fresh;
  }

  /** The peer has gone: what was on the way to it is dropped. */
  void forget(NodeId peer) {
    var line = lines.remove(peer);
    if (line != null) {
      line.close();
    }
    var shared = rings;
    if (shared != null) {
      shared.left(peer);
    }
  }

  /**
   * Runs this once everything has been received that a process of this host, which is known to be
   * dead, has sent in time.
   */
  public void afterLast(NodeId dead, Runnable then) {
    var shared = rings;
    if (shared == null) {
      then.run();
    } else {
      shared.afterLast(dead, then);
    }
  }

  /** Later frames to that peer go through a ring, after this last one. */
  void change(NodeId to, byte[] last, Rings.Way way) {
    var line = line(to);
    if (line == null) {
      way.ring().close();
    } else {
      line.change(last, way);
    }
  }

  /** Writes what did not fit into rings; returns how many frames did now. */
  int flush() {
    int written = 0;
    if (isBehind()) {
      for (var line : lines.values()) {
        written += line.flush();
      }
    }
    return written;
  }

  /** Whether some frames have not fitted into their ring yet. */
  boolean isBehind() {
    return behind.get() > 0;
  }

  /** Sends nothing more through rings, and receives nothing more. */
  @Override
  public void close() {
    var shared = rings;
    if (shared != null) {
      shared.close();
    }
    lines.values().forEach(Line::close);
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
    private final Peer peer;
    private final ActorRef<Parcel> inbox;
    private final Outbox outbox = new Outbox();
    private final Deque<byte[]> backlog = new ArrayDeque<>();
    private final AtomicBoolean offered = new AtomicBoolean();
    private long backlogBytes;
    private Rings.@Nullable Way way;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private volatile boolean closed;

    Line(Peer peer) {
      this.to = peer.id();
      this.peer = peer;
      this.inbox = membership.actor(peer, NAME);
    }

    /** Both the one who opens the rings and the one who makes the line may call this. */
    void offer(Rings shared) {
      if (offered.compareAndSet(false, true)) {
        shared.offer(peer);
      }
    }

    void send(byte[] frame) {
      lock.lock();
      try {
        var ring = way;
        if (closed) {
          return; // whoever waits for an answer hears that the peer has left
        }
        if (ring == null) {
          outbox.add(frame);
          sendWhatMay();
        } else if (!backlog.isEmpty() || !ring.write(frame)) {
          keep(frame);
        }
      } finally {
        lock.unlock();
      }
    }

    /** Under the lock. */
    private void keep(byte[] frame) {
      backlog.addLast(frame);
      backlogBytes += frame.length;
      if (backlog.size() == 1) {
        behind.incrementAndGet();
        Objects.requireNonNull(rings).wake();
      }
    }

    void change(byte[] last, Rings.Way to) {
      lock.lock();
      try {
        if (closed) {
          to.ring().close();
          return;
        }
        outbox.add(last);
        sendWhatMay();
        way = to;
      } finally {
        lock.unlock();
      }
    }

    int flush() {
      int written = 0;
      lock.lock();
      try {
        var ring = way;
        while (ring != null && !backlog.isEmpty() && ring.write(backlog.getFirst())) {
          backlogBytes -= backlog.removeFirst().length;
          written++;
        }
        if (written > 0) {
          room.signalAll();
          if (backlog.isEmpty()) {
            behind.decrementAndGet();
          }
        }
      } finally {
        lock.unlock();
      }
      return written;
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

    void close() {
      lock.lock();
      try {
        closed = true;
        if (!backlog.isEmpty()) {
          backlog.clear();
          behind.decrementAndGet();
        }
        if (way != null) {
          way.ring().close();
          way = null;
        }
        room.signalAll();
      } finally {
        lock.unlock();
      }
    }

    private boolean isFull() {
      return outbox.size() + backlog.size() >= MOST_UNSENT
          || outbox.bytes() + backlogBytes >= MOST_UNSENT_BYTES;
    }

    void awaitRoom(Duration limit) {
      lock.lock();
      try {
        long left = limit.toNanos();
        while (isFull() && !closed) {
          if (left <= 0) {
            throw new SubmissionRejectedException("Node " + to + " has not taken any of "
                + (outbox.size() + backlog.size()) + " waiting frames within " + limit
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
