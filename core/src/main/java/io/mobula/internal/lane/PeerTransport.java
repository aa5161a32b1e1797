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
import java.util.NoSuchElementException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
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

  private final PeerChannels channels;
  private final FrameRouter router = new FrameRouter();
  private final List<Runnable> onClose = new CopyOnWriteArrayList<>();
  private final List<Supplier<Iterator<WaitPoint>>> questions = new CopyOnWriteArrayList<>();
  private volatile @Nullable RingTransport ringTransport;
  private volatile boolean closed;

  /**
   * Creates a transport that can send to members and does not receive yet. A caller that waits for
   * replies of peers subscribes to the membership after this constructor: then it hears that a peer
   * has left after every send to that peer that succeeded.
   */
  public PeerTransport(Membership membership) {
    this.channels = new PeerChannels(membership);
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
    spawner.spawn(ArteryFrameReceiver.create(channels, router), NAME);
  }

  /**
   * Starts to receive over Artery, and to exchange frames with processes of this host through
   * rings.
   *
   * @param files runs work that creates and opens files
   */
  public void open(ActorSpawner spawner, SharedStore memory, Executor files) {
    var opened = new RingTransport(memory, channels, router, files);
    ringTransport = opened;
    channels.useRings(opened);
    spawner.spawn(ArteryFrameReceiver.create(channels, opened::receiveFromArtery), NAME);
  }

  @Override
  public boolean send(NodeId to, byte[] frame) {
    if (frame.length > FrameAssembler.LARGEST_FRAME) {
      throw FrameAssembler.tooLarge(frame.length);
    }
    var channel = channels.to(to);
    return channel != null && channel.send(frame);
  }

  @Override
  public void awaitRoom(NodeId to, Duration timeout) {
    var channel = channels.to(to);
    if (channel == null) {
      throw new NodeLostException("Node " + to + " is no member of the cluster any more.");
    }
    channel.awaitRoom(timeout);
  }

  @Override
  public boolean sharesMemoryWith(NodeId to) {
    var channel = channels.find(to);
    return channel != null && channel.hasRing();
  }

  @Override
  public SpinWait spinWait() {
    return SpinWait.forCluster(this);
  }

  /** Polls the rings until the condition holds, for {@link SpinWait#spinUntil}. */
  boolean pollUntil(BooleanSupplier done) {
    var shared = ringTransport;
    return shared == null ? done.getAsBoolean() : shared.poller().pollUntil(done);
  }

  /** Returns the traffic of each peer, for the 256 peers with most bytes outstanding. */
  public List<PeerChannelInfo> traffic() {
    return channels.traffic();
  }

  /** Closes the channel to a peer that has left, and drops what is queued. */
  private void forget(NodeId peer) {
    channels.remove(peer);
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

  /**
   * Waits until peers have read everything from the rings to them, since a farewell over Artery
   * must not overtake it. Gives up when the timeout has passed, because a peer may be stopped.
   */
  public void awaitDrained(Duration timeout) {
    channels.awaitDrained(timeout);
  }

  /** Stops sending and receiving, and fails all pending requests. */
  @Override
  public void close() {
    closed = true;
    channels.refuseMore();
    var shared = ringTransport;
    if (shared != null) {
      shared.close();
    }
    channels.close();
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
    return channels.membership();
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

  /** Returns the channels to the peers. */
  PeerChannels channels() {
    return channels;
  }
}
