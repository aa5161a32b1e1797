package io.mobula.internal.lane;

import akka.actor.typed.ActorRef;
import io.mobula.NodeId;
import io.mobula.PeerChannelInfo;
import io.mobula.error.NodeLostException;
import io.mobula.error.SubmissionRejectedException;
import io.mobula.error.WaitInterruptedException;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.wait.BlockedThread;
import io.mobula.internal.wait.WaitStep;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The way of frames to one peer: over Artery, and from some time on through a ring. Safe for all
 * threads; nothing but {@link #awaitRoom} blocks.
 */
final class PeerChannel {
  private static final String ARTERY = "artery";
  private static final byte[] NOTHING = {};
  private static final int MOST_UNSENT = 16 * 1024;
  private static final long MOST_UNSENT_BYTES = 64L << 20;

  private final NodeId self;
  private final Peer peer;
  private final ActorRef<FrameEnvelope> inbox;
  private final BacklogListener backlogListener;
  private final SendWindow sendWindow = new SendWindow();
  private final AtomicBoolean offered = new AtomicBoolean();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  private final LongAdder receivedFrames = new LongAdder();
  private final LongAdder receivedBytes = new LongAdder();
  private @Nullable RingChannel ring;
  private volatile boolean closed;

  /** Who writes later what does not fit into a ring at once. */
  interface BacklogListener {
    /** One more line has frames that wait, or one less. */
    void changed(int by);
  }

  /** A line to a peer whose actor for frames is this. */
  PeerChannel(
      NodeId self, Peer peer, ActorRef<FrameEnvelope> inbox, BacklogListener backlogListener) {
    this.self = self;
    this.peer = peer;
    this.inbox = inbox;
    this.backlogListener = backlogListener;
  }

  /** Offers the peer a ring, once. */
  void offer(RingTransport ringTransport) {
    if (offered.compareAndSet(false, true)) {
      ringTransport.offer(peer);
    }
  }

  boolean hasRing() {
    lock.lock();
    try {
      return ring != null && !closed;
    } finally {
      lock.unlock();
    }
  }

  /** Sends a frame, or keeps it behind those before it; false if the peer has gone. */
  boolean send(byte[] frame) {
    lock.lock();
    try {
      var way = ring;
      if (closed) {
        return false;
      }
      if (way == null) {
        sendWindow.add(frame);
        sendWhatMay();
      } else {
        boolean before = way.hasBacklog();
        way.send(frame);
        tellBehind(before, way);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void tellBehind(boolean before, RingChannel way) {
    if (before != way.hasBacklog()) {
      backlogListener.changed(before ? -1 : 1);
    }
  }

  /** Frames after this last one over Artery go through the ring. */
  void switchToRing(byte[] last, RingChannel to) {
    lock.lock();
    try {
      if (closed) {
        to.close();
        return;
      }
      sendWindow.add(last);
      sendWhatMay();
      ring = to;
    } finally {
      lock.unlock();
    }
  }

  /** Writes what has not fitted into the ring; returns how many frames do now. */
  int flush() {
    lock.lock();
    try {
      var way = ring;
      if (way == null || !way.hasBacklog()) {
        return 0;
      }
      int written = way.flush();
      tellBehind(true, way);
      room.signalAll();
      return written;
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock, so that frames leave in the order of their numbers. */
  private void sendWhatMay() {
    for (var next = sendWindow.next(); next != null; next = sendWindow.next()) {
      tell(next);
    }
  }

  private void tell(SendWindow.SequencedPart part) {
    tell(part.sequence(), 0, part.more(), part.frame());
  }

  /** Tells the peer how far its frames have come. */
  void acknowledge(long received) {
    tell(0, received, false, NOTHING);
  }

  private void tell(long sequence, long acknowledged, boolean more, byte[] frame) {
    inbox.tell(new FrameEnvelope(
        self.incarnation(), peer.id().incarnation(), sequence, acknowledged, more, frame));
  }

  /** The peer has received all parcels up to this number. */
  void acknowledged(long sequence) {
    lock.lock();
    try {
      sendWindow.acknowledged(sequence);
      sendWhatMay();
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Sends the oldest parcels again if there was no progress. */
  void tick() {
    lock.lock();
    try {
      sendWindow.tick().forEach(this::tell);
    } finally {
      lock.unlock();
    }
  }

  /** Whether nothing is on its way through the ring. */
  boolean isDrained() {
    lock.lock();
    try {
      var way = ring;
      return way == null || way.isDrained();
    } finally {
      lock.unlock();
    }
  }

  /** A frame of the peer has come. */
  void received(int bytes) {
    receivedFrames.increment();
    receivedBytes.add(bytes);
  }

  /** What has gone and come, for people. */
  PeerChannelInfo traffic() {
    lock.lock();
    try {
      var way = ring;
      var received = new PeerChannelInfo.FrameTotals(receivedFrames.sum(), receivedBytes.sum());
      return way == null
          ? new PeerChannelInfo(
              self, peer.id(), ARTERY, sendWindow.sent(), received, sendWindow.outstanding())
          : new PeerChannelInfo(
              self,
              peer.id(),
              RingChannel.KIND,
              sendWindow.sent().plus(way.sent()),
              received,
              sendWindow.outstanding().plus(way.outstanding()));
    } finally {
      lock.unlock();
    }
  }

  /** The peer has gone: what is on the way to it is dropped. */
  void close() {
    lock.lock();
    try {
      closed = true;
      var way = ring;
      if (way != null) {
        boolean before = way.hasBacklog();
        way.close();
        tellBehind(before, way);
      }
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private PeerChannelInfo.FrameTotals unsent() {
    var way = ring;
    return way == null
        ? sendWindow.outstanding()
        : sendWindow.outstanding().plus(way.outstanding());
  }

  private boolean isFull() {
    var unsent = unsent();
    return unsent.frames() >= MOST_UNSENT || unsent.bytes() >= MOST_UNSENT_BYTES;
  }

  /**
   * Waits until few frames are on the way.
   *
   * @throws SubmissionRejectedException when it is not in time
   * @throws NodeLostException when the peer is gone
   */
  void awaitRoom(Duration limit) {
    lock.lock();
    try {
      if (isFull() && !closed) {
        awaitRoomSlowly(limit);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WaitInterruptedException(
          "Interrupted while waiting to send to node " + peer.id() + ".");
    } finally {
      lock.unlock();
    }
    if (closed) {
      throw new NodeLostException("Node " + peer.id() + " is no member of the cluster any more.");
    }
  }

  /** Under the lock. */
  private void awaitRoomSlowly(Duration limit) throws InterruptedException {
    try (var _ = BlockedThread.enter(
        self,
        () -> WaitStep.anythingOf(
            "waits until node " + peer.id() + " has taken frames, for " + limit + " at most",
            peer.id()))) {
      long left = limit.toNanos();
      while (isFull() && !closed) {
        if (left <= 0) {
          throw new SubmissionRejectedException("Node " + peer.id() + " has not taken any of "
              + unsent().frames() + " waiting frames within " + limit
              + ". It is overloaded or cut off; wait for results before sending more.");
        }
        left = room.awaitNanos(left);
      }
    }
  }
}
