package io.mobula.internal.lane;

import io.mobula.NodeId;
import io.mobula.error.NodeLostException;
import io.mobula.info.PeerChannelInfo;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.ring.FrameAssembler;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.spi.ActorSpawner;
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
 * Transport of frames between this process and its peers. Each frame is delivered once and in order
 * while both processes are members. Artery may lose messages, so frames are numbered, acknowledged
 * and sent again. Processes of one host switch to rings in shared memory soon after they have met.
 * Safe for all threads.
 */
public final class PeerTransport implements NodeMessaging, AutoCloseable {
  /** Name of the receiving actor below the node's guardian. */
  public static final String NAME = "artery-frames";

  private static final int MAX_REPORTED = 256;
  private static final long BETWEEN_LOOKS_NANOS = 100_000;

  private final Membership membership;
  private final FrameRouter router = new FrameRouter();
  private final Map<NodeId, PeerChannel> channels = new ConcurrentHashMap<>();
  private final AtomicInteger behind = new AtomicInteger();
  private final List<Runnable> onClose = new CopyOnWriteArrayList<>();
  private final List<Supplier<Iterator<WaitPoint>>> questions = new CopyOnWriteArrayList<>();
  private volatile @Nullable RingTransport ringTransport;
  private volatile boolean closed;

  /**
   * Receiver of all frames of this process. Called by one thread at a time, which it must not
   * block.
   */
  @FunctionalInterface
  public interface Receiver {
    /** Handles a frame, whose array belongs to the receiver from now on. */
    void received(NodeId from, byte[] frame);
  }

  /**
   * Creates a transport that can send to members and does not receive yet. A caller that waits for
   * replies of peers subscribes to the membership after this constructor: then it hears that a peer
   * has left after every send to that peer that succeeded.
   */
  public PeerTransport(Membership membership) {
    this.membership = membership;
    membership.subscribe(new Membership.Listener() {
      @Override
      public void left(Peer peer, String how) {
        forget(peer.id());
      }
    });
  }

  /**
   * Starts to receive over Artery. Peers send again what they sent before.
   *
   * @param spawner starts the actor {@value #NAME}
   */
  public void open(ActorSpawner spawner) {
    spawner.spawn(ArteryFrameReceiver.create(this, router), NAME);
  }

  /**
   * Starts to receive over Artery, and to exchange frames with processes of this host through
   * rings.
   *
   * @param files runs work that creates and opens files
   */
  public void open(ActorSpawner spawner, SharedStore memory, Executor files) {
    var opened = new RingTransport(memory, this, router, files);
    ringTransport = opened;
    channels.values().forEach(channel -> channel.offer(opened));
    spawner.spawn(ArteryFrameReceiver.create(this, opened::receiveFromArtery), NAME);
  }

  @Override
  public boolean send(NodeId to, byte[] frame) {
    if (frame.length > FrameAssembler.LARGEST_FRAME) {
      throw FrameAssembler.tooLarge(frame.length);
    }
    var channel = line(to);
    return channel != null && channel.send(frame);
  }

  @Override
  public void awaitRoom(NodeId to, Duration limit) {
    var channel = line(to);
    if (channel == null) {
      throw new NodeLostException("Node " + to + " is no member of the cluster any more.");
    }
    channel.awaitRoom(limit);
  }

  @Override
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

  /**
   * Creates a channel to a member. A peer that leaves is forgotten after it has been removed from
   * the membership, so no channel outlives its peer.
   */
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

  @Override
  public SpinWait spinWait() {
    return SpinWait.forCluster(this);
  }

  /** Polls the rings until the condition holds, for {@link SpinWait#spinUntil}. */
  boolean pollUntil(BooleanSupplier done) {
    var shared = ringTransport;
    return shared == null ? done.getAsBoolean() : shared.pollUntil(done);
  }

  /** Returns the traffic of each peer, for the 256 peers with most bytes outstanding. */
  public List<PeerChannelInfo> traffic() {
    return channels.values().stream()
        .map(PeerChannel::traffic)
        .sorted(PeerChannelInfo.BUSIEST_FIRST)
        .limit(MAX_REPORTED)
        .toList();
  }

  /** Counts a frame that has arrived from a peer. */
  void received(NodeId from, int bytes) {
    var channel = line(from);
    if (channel != null) {
      channel.received(bytes);
    }
  }

  /** Closes the channel to a peer that has left, and drops what is queued. */
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

  @Override
  public void runAfterLastFrame(NodeId dead, Runnable then) {
    var shared = ringTransport;
    if (shared == null) {
      then.run();
    } else {
      shared.runAfterLastFrame(dead, then);
    }
  }

  /** Sends this last frame over Artery, and all later ones to that peer through the ring. */
  void switchToRing(NodeId to, byte[] last, RingChannel way) {
    var channel = line(to);
    if (channel == null) {
      way.close();
    } else {
      channel.switchToRing(last, way);
    }
  }

  /** Writes queued frames into their rings as far as they fit; returns how many were written. */
  int flush() {
    int written = 0;
    if (hasBacklog()) {
      for (var channel : channels.values()) {
        written += channel.flush();
      }
    }
    return written;
  }

  /** Returns whether some frames have not fitted into their ring yet. */
  boolean hasBacklog() {
    return behind.get() > 0;
  }

  /**
   * Waits until peers have read everything from the rings to them, since a farewell over Artery
   * must not overtake it. Gives up when the limit has passed, because a peer may be stopped.
   */
  public void awaitDrained(Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    while (!channels.values().stream().allMatch(PeerChannel::isDrained)
        && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(BETWEEN_LOOKS_NANOS);
    }
  }

  /** Stops sending and receiving, and fails all pending requests. */
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

  /**
   * Registers an action that runs when the transport has closed. Each part of a node that sends
   * requests calls this once.
   */
  void onClose(Runnable action) {
    onClose.add(action);
  }

  /** Registers a list of open requests. Each part of a node that sends requests calls this once. */
  void addOpenRequests(Supplier<Iterator<WaitPoint>> open) {
    questions.add(open);
  }

  /** Returns the requests to peers that have no reply yet, enumerated lazily. */
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

  @Override
  public Membership membership() {
    return membership;
  }

  @Override
  public PeerTransport on(FrameKind kind, FrameHandler handler) {
    router.on(kind, handler);
    return this;
  }

  /** Returns the router of the frames that this process receives. */
  FrameRouter router() {
    return router;
  }

  @Override
  public <K, A> PendingPeerRequests<K, A> requests(String what) {
    return new PendingPeerRequests<>(this, what);
  }

  void acknowledged(NodeId by, long sequence) {
    var channel = channels.get(by);
    if (channel != null) {
      channel.acknowledged(sequence);
    }
  }

  /** Tells a peer up to which number its envelopes have arrived. */
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
