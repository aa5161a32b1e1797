package io.mobula.internal.lane;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import io.mobula.NodeId;
import io.mobula.PeerChannelInfo;
import io.mobula.error.CodecException;
import io.mobula.error.NodeLostException;
import io.mobula.error.SubmissionRejectedException;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.ring.FrameAssembler;
import io.mobula.internal.wait.WaitPoint;
import java.time.Duration;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All frames between this process and its peers. A frame is delivered once and in order while both
 * processes are members; Artery may lose what it carries, so frames are numbered, acknowledged and
 * sent again. Between processes of one host they soon go through rings in shared memory instead.
 * Safe for all threads.
 */
public final class PeerTransport implements AutoCloseable {
  /** The name of the actor that receives, below a node's guardian. */
  public static final String NAME = "lane";

  private static final int MOST_TOLD = 256;
  private static final long BETWEEN_LOOKS_NANOS = 100_000;

  private final Membership membership;
  private final Map<NodeId, PeerChannel> channels = new ConcurrentHashMap<>();
  private final AtomicInteger behind = new AtomicInteger();
  private final List<Runnable> onClose = new CopyOnWriteArrayList<>();
  private final List<Supplier<Iterator<WaitPoint>>> questions = new CopyOnWriteArrayList<>();
  private volatile @Nullable RingTransport ringTransport;
  private volatile boolean closed;

  /** What is done with frames. Called by one thread at a time, which must not be blocked. */
  @FunctionalInterface
  public interface Receiver {
    /** A frame has come; it is the receiver's. */
    void received(NodeId from, byte[] frame);
  }

  /**
   * Sends to members, and receives nothing yet. Whoever awaits frames of peers subscribes to the
   * membership after this: what it has sent with success before a peer left, it hears of that.
   */
  public PeerTransport(Membership membership) {
    this.membership = membership;
    membership.subscribe(new Membership.Listener() {
      @Override
      public void joined(Peer peer) {}

      @Override
      public void left(Peer peer, String how) {
        forget(peer.id());
      }
    });
  }

  /**
   * Starts to receive over Artery. What peers sent before comes again.
   *
   * @param spawner starts the actor {@value #NAME}
   */
  public void open(Spawner spawner, FrameRouter receiver) {
    spawner.spawn(ArteryFrameReceiver.create(this, receiver), NAME);
  }

  /**
   * The same, and over rings from processes of this host, and to them.
   *
   * @param files runs what makes and opens files
   */
  public void open(Spawner spawner, FrameRouter receiver, SharedStore memory, Executor files) {
    var opened = new RingTransport(memory, membership, this, receiver, files);
    ringTransport = opened;
    channels.values().forEach(channel -> channel.offer(opened));
    spawner.spawn(ArteryFrameReceiver.create(this, opened::receiveFromArtery), NAME);
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
   * <p>Whoever awaits an answer notes that first and then sends: if that succeeds, and the peer
   * leaves before it has answered, listeners of the membership hear of it afterwards. See
   * {@link PendingPeerRequests}.
   *
   * @return false if the peer is no member any more, and nothing was sent
   * @throws CodecException if the frame is larger than {@link FrameAssembler#LARGEST_FRAME}
   */
  public boolean send(NodeId to, byte[] frame) {
    if (frame.length > FrameAssembler.LARGEST_FRAME) {
      throw FrameAssembler.tooLarge(frame.length);
    }
    var channel = line(to);
    return channel != null && channel.send(frame);
  }

  /**
   * Waits until the queue to that peer is short again.
   *
   * @throws SubmissionRejectedException when it is not in time
   * @throws NodeLostException when the peer is gone
   */
  public void awaitRoom(NodeId to, Duration limit) {
    var channel = line(to);
    if (channel == null) {
      throw new NodeLostException("Node " + to + " is no member of the cluster any more.");
    }
    channel.awaitRoom(limit);
  }

  /** Whether a ring leads there, which proves that each of the two can read the other's memory. */
  public boolean sharesMemoryWith(NodeId to) {
    var channel = channels.get(to);
    return channel != null && channel.hasRing();
  }

  private @Nullable PeerChannel line(NodeId to) {
    var channel = channels.get(to);
    if (channel != null) {
      return channel;
    }
    var fresh = channels.computeIfAbsent(to, this::open);
    var shared = ringTransport;
    if (fresh != null && shared != null) {
      fresh.offer(shared);
    }
    return fresh;
  }

  /** A line to a member; whoever leaves is forgotten after that, so none outlives its peer. */
  private @Nullable PeerChannel open(NodeId to) {
    var peer = closed ? null : membership.peer(to);
    return peer == null || to.equals(membership.self().id())
        ? null
        : new PeerChannel(membership.self().id(), peer, membership.actor(peer, NAME), this::behind);
  }

  private void behind(int by) {
    var shared = ringTransport;
    if (behind.addAndGet(by) > 0 && by > 0 && shared != null) {
      shared.wake();
    }
  }

  /** Something that threads may do while they wait for a frame. */
  public SpinWait spinWait() {
    return SpinWait.forCluster(this);
  }

  /** See {@link SpinWait#spinUntil}. */
  boolean pollUntil(BooleanSupplier done) {
    var shared = ringTransport;
    return shared == null ? done.getAsBoolean() : shared.pollUntil(done);
  }

  /** What is on the way, and has come, by peer: of the 256 with most to be sent. */
  public List<PeerChannelInfo> traffic() {
    return channels.values().stream()
        .map(PeerChannel::traffic)
        .sorted(PeerChannelInfo.BUSIEST_FIRST)
        .limit(MOST_TOLD)
        .toList();
  }

  /** A frame of a peer has come. */
  void received(NodeId from, int bytes) {
    var channel = line(from);
    if (channel != null) {
      channel.received(bytes);
    }
  }

  /** The peer has gone: what was on the way to it is dropped. */
  void forget(NodeId peer) {
    var channel = channels.remove(peer);
    if (channel != null) {
      channel.close();
    }
    var shared = ringTransport;
    if (shared != null) {
      shared.left(peer);
    }
  }

  /**
   * Runs this once everything has been received that a process of this host, which is known to be
   * dead, has sent in time.
   */
  public void runAfterLastFrame(NodeId dead, Runnable then) {
    var shared = ringTransport;
    if (shared == null) {
      then.run();
    } else {
      shared.runAfterLastFrame(dead, then);
    }
  }

  /** Later frames to that peer go through a ring, after this last one. */
  void switchToRing(NodeId to, byte[] last, RingChannel way) {
    var channel = line(to);
    if (channel == null) {
      way.close();
    } else {
      channel.switchToRing(last, way);
    }
  }

  /** Writes what did not fit into rings; returns how many frames did now. */
  int flush() {
    int written = 0;
    if (hasBacklog()) {
      for (var channel : channels.values()) {
        written += channel.flush();
      }
    }
    return written;
  }

  /** Whether some frames have not fitted into their ring yet. */
  boolean hasBacklog() {
    return behind.get() > 0;
  }

  /**
   * Waits until peers have received what is in rings to them: a goodbye over Artery must not
   * overtake it. Gives up at the limit, since a peer may stand still.
   */
  public void awaitDrained(Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    while (!channels.values().stream().allMatch(PeerChannel::isDrained)
        && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(BETWEEN_LOOKS_NANOS);
    }
  }

  /** Sends and receives nothing more; what awaits an answer ends. */
  @Override
  public void close() {
    closed = true;
    var shared = ringTransport;
    if (shared != null) {
      shared.close();
    }
    channels.values().forEach(PeerChannel::close);
    onClose.forEach(Runnable::run);
  }

  /** Runs this when the lanes have closed; each part of a node that sends says so once. */
  void onClose(Runnable action) {
    onClose.add(action);
  }

  /** Each part of a node that asks peers says here once what it has asked. */
  void addOpenRequests(Supplier<Iterator<WaitPoint>> open) {
    questions.add(open);
  }

  /** The questions to peers that have no answer yet, listed while they are asked for. */
  public Iterator<WaitPoint> openRequests() {
    var parts = questions.iterator();
    return new Iterator<>() {
      private Iterator<WaitPoint> part = Collections.emptyIterator();

      @Override
      public boolean hasNext() {
        while (!part.hasNext() && parts.hasNext()) {
          part = parts.next().get();
        }
        return part.hasNext();
      }

      @Override
      public WaitPoint next() {
        if (!hasNext()) {
          throw new NoSuchElementException("There is no further question");
        }
        return part.next();
      }
    };
  }

  boolean isClosed() {
    return closed;
  }

  Membership membership() {
    return membership;
  }

  void acknowledged(NodeId by, long sequence) {
    var channel = channels.get(by);
    if (channel != null) {
      channel.acknowledged(sequence);
    }
  }

  /** Tells a peer how far its frames have come. */
  void acknowledge(NodeId peer, long sequence) {
    var channel = line(peer);
    if (channel != null) {
      channel.acknowledge(sequence);
    }
  }

  void tick() {
    channels.values().forEach(PeerChannel::tick);
  }

  static long tickNanos() {
    return TimeUnit.MILLISECONDS.toNanos(500);
  }
}
