package io.mobula.internal.lane;

import io.mobula.NodeId;
import io.mobula.error.StoreException;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.memory.PeerStore;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.ring.Doorbell;
import io.mobula.internal.ring.RingReader;
import io.mobula.internal.ring.RingWriter;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shared-memory side of the transport. A process that sends to a peer of its host creates a ring
 * and offers it. Once the peer has opened the ring, a last frame over Artery says that all later
 * frames are in the ring, so no frame overtakes another. If the peer cannot open it, frames stay on
 * Artery. Safe for all threads; nothing blocks.
 */
final class RingTransport implements FrameConsumer, PeerChannels.RingOffers, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RingTransport.class);

  private final SharedStore memory;
  private final Membership membership;
  private final PeerChannels channels;
  private final Executor files;
  private final FrameConsumer receiver;
  private final Doorbell doorbell;
  private final RingPoller ringPoller;
  private final AtomicInteger numbers = new AtomicInteger();
  private final Map<NodeId, RingWriter> offered = new ConcurrentHashMap<>();
  private final AtomicReferenceArray<@Nullable NodeId> writersByIndex =
      new AtomicReferenceArray<>(Doorbell.RINGS);
  private final Map<NodeId, OpenedRing> openedRing = new ConcurrentHashMap<>();

  private record OpenedRing(int doorbellIndex, RingPoller.Source source) {}

  /**
   * Creates the transport, which answers offers of peers from now on and passes on all frames.
   *
   * @param router receives all frames; called by one thread at a time
   * @param files runs work that creates and opens files
   */
  RingTransport(SharedStore memory, PeerChannels channels, FrameRouter router, Executor files) {
    this.memory = memory;
    this.membership = channels.membership();
    this.channels = channels;
    this.files = files;
    router.on(FrameKind.RING_OFFER, this::onOffer);
    router.on(FrameKind.RING_TAKEN, this::onTaken);
    router.on(FrameKind.RING_REFUSED, this::onRefused);
    router.on(FrameKind.RING_SWITCH, this::onSwitch);
    this.doorbell = Doorbell.make(memory);
    this.receiver = router;
    this.ringPoller = new RingPoller(doorbell, this, channels::flush, channels::hasBacklog);
  }

  /**
   * Handles a frame from a ring: what its writer has committed counts while the writer is a member.
   */
  @Override
  public void received(NodeId from, byte[] frame) {
    channels.received(from, frame.length);
    handOn(from, frame);
  }

  private void handOn(NodeId from, byte[] frame) {
    if (membership.peer(from) != null) {
      receiver.received(from, frame);
    }
  }

  /** Passes on a frame that arrived over Artery, on the poller's thread. */
  void receiveFromArtery(NodeId from, byte[] frame) {
    ringPoller.execute(() -> handOn(from, frame));
  }

  /** Returns the thread that reads the rings. */
  RingPoller poller() {
    return ringPoller;
  }

  /** Wakes the poller, so that it writes queued frames. */
  @Override
  public void wake() {
    doorbell.wake();
  }

  /** Creates a ring to this peer if it is on this host. Called once for each peer. */
  @Override
  public void offer(Peer peer) {
    files.execute(() -> {
      if (membership.self().store().isSharedWith(peer.store())
          && PeerStore.isOnThisHost(peer.store().address())) {
        make(peer);
      }
    });
  }

  private void make(Peer reader) {
    int number = numbers.incrementAndGet();
    try {
      offered.put(reader.id(), RingWriter.make(memory, number));
    } catch (RuntimeException noRoom) { // or the store is closing
      LOG.warn("No ring to {} can be made; its frames go over Artery", reader, noRoom);
      return;
    }
    var offer = FrameWriter.of(FrameKind.RING_OFFER).int32(number).flag(Doorbell.canWake());
    if (!channels.send(reader.id(), offer.toBytes())) {
      withdraw(reader.id());
    }
  }

  private void withdraw(NodeId from) {
    var ring = offered.remove(from);
    if (ring != null) {
      ring.close();
    }
  }

  private void onOffer(NodeId from, FrameReader frame) {
    int number = frame.int32();
    boolean wakes = frame.flag();
    var peer = membership.peer(from);
    if (peer != null) {
      files.execute(() -> take(peer, number, wakes));
    }
  }

  private void take(Peer writer, int number, boolean wakes) {
    try {
      var ring = RingReader.open(writer.store().address(), number);
      int place = freePlace(writer.id());
      openedRing.put(
          writer.id(), new OpenedRing(place, new RingPoller.Source(writer.id(), ring, wakes)));
      channels.send(
          writer.id(), FrameWriter.of(FrameKind.RING_TAKEN).int32(place).toBytes());
      // the writer may have left before the ring was added to the table
      if (membership.peer(writer.id()) == null) {
        left(writer.id());
      }
    } catch (RuntimeException unreadable) {
      var why =
          FrameWriter.of(FrameKind.RING_REFUSED).text(String.valueOf(unreadable.getMessage()));
      channels.send(writer.id(), why.toBytes());
    }
  }

  private int freePlace(NodeId writer) {
    for (int place = 0; place < writersByIndex.length(); place++) {
      if (writersByIndex.compareAndSet(place, null, writer)) {
        return place;
      }
    }
    throw new StoreException(
        writersByIndex.length() + " processes of this host write to this one already");
  }

  private void onTaken(NodeId from, FrameReader frame) {
    int place = frame.int32();
    var peer = membership.peer(from);
    var ring = offered.remove(from);
    if (ring == null || peer == null) {
      return;
    }
    files.execute(() -> {
      try {
        var way = new RingChannel(ring, Doorbell.of(peer.store().address()), place);
        channels.switchToRing(from, FrameWriter.of(FrameKind.RING_SWITCH).toBytes(), way);
      } catch (RuntimeException closing) {
        LOG.info("Frames to {} go on over Artery", peer, closing);
        ring.close();
      }
    });
  }

  private void onRefused(NodeId from, FrameReader frame) {
    LOG.info("Frames to node {} go on over Artery: {}", from, frame.text());
    withdraw(from);
  }

  private void onSwitch(NodeId from, FrameReader frame) {
    var ring = openedRing.get(from);
    if (ring != null) {
      ringPoller.add(ring.doorbellIndex(), ring.source());
    }
  }

  /**
   * Runs the action once everything has been handled that the dead peer has committed to its ring.
   */
  void runAfterLastFrame(NodeId peer, Runnable then) {
    var ring = openedRing.get(peer);
    if (ring == null) {
      then.run();
    } else {
      ringPoller.remove(ring.doorbellIndex(), then);
    }
  }

  /** Removes the rings of a peer that has left. */
  void left(NodeId peer) {
    withdraw(peer);
    var ring = openedRing.remove(peer);
    if (ring != null) {
      ringPoller.remove(ring.doorbellIndex(), () -> writersByIndex.set(ring.doorbellIndex(), null));
    }
  }

  @Override
  public void close() {
    ringPoller.close();
    offered.keySet().forEach(this::withdraw);
    doorbell.close();
  }
}
