package io.mobula.internal.lane;

import akka.actor.typed.ActorRef;
import io.mobula.NodeId;
import io.mobula.error.NodeLostException;
import io.mobula.error.SubmissionRejectedException;
import io.mobula.error.WaitInterruptedException;
import io.mobula.info.PeerChannelInfo;
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
 * Channel for frames to one peer: first over Artery, later through a ring if the two share a host.
 * Safe for all threads; only {@link #awaitRoom} blocks.
 */
final class PeerChannel {
  private static final byte[] NOTHING = {};
  private static final int MAX_UNSENT = 16 * 1024;
  private static final long MAX_UNSENT_BYTES = 64L << 20;

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

  /**
   * Listener that is told when a channel has frames that did not fit into its ring, so that the
   * poller writes them later.
   */
  interface BacklogListener {
    /** Reports that one more channel has a backlog (1), or one less (-1). */
    void changed(int by);
  }

  /** Creates a channel to a peer, which receives frames at this actor. */
  PeerChannel(
      NodeId self, Peer peer, ActorRef<FrameEnvelope> inbox, BacklogListener backlogListener) {
    this.self = self;
    this.peer = peer;
    this.inbox = inbox;
    this.backlogListener = backlogListener;
  }

  /** Offers the peer a ring, once. */
  void offer(PeerChannels.RingOffers rings) {
    if (offered.compareAndSet(false, true)) {
      rings.offer(peer);
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

  /** Sends a frame, or queues it behind earlier ones; returns false if the peer has left. */
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

  /** Sends this last frame over Artery, and all later ones through the ring. */
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

  /** Writes queued frames into the ring as far as they fit; returns how many were written. */
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

  /**
   * Sends what the window permits. Called under the lock, so that envelopes leave in the order of
   * their numbers.
   */
  private void sendWhatMay() {
    for (var next = sendWindow.next(); next != null; next = sendWindow.next()) {
      tell(next);
    }
  }

  private void tell(SendWindow.SequencedPart part) {
    tell(part.sequence(), 0, part.more(), part.frame());
  }

  /** Tells the peer up to which number its envelopes have arrived. */
  void acknowledge(long received) {
    tell(0, received, false, NOTHING);
  }

  private void tell(long sequence, long acknowledged, boolean more, byte[] frame) {
    inbox.tell(new FrameEnvelope(
        self.incarnation(), peer.id().incarnation(), sequence, acknowledged, more, frame));
  }

  /**
   * Removes the envelopes up to this number, which the peer has received, and sends further ones.
   */
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

  /** Sends the oldest envelopes again if there was no progress since the last tick. */
  void tick() {
    lock.lock();
    try {
      sendWindow.tick().forEach(this::tell);
    } finally {
      lock.unlock();
    }
  }

  /** Returns whether the peer has read everything from the ring. */
  boolean isDrained() {
    lock.lock();
    try {
      var way = ring;
      return way == null || way.isDrained();
    } finally {
      lock.unlock();
    }
  }

  /** Counts a frame that has arrived from the peer. */
  void received(int bytes) {
    receivedFrames.increment();
    receivedBytes.add(bytes);
  }

  /** Returns the frames sent, received and outstanding, for display. */
  PeerChannelInfo traffic() {
    lock.lock();
    try {
      var way = ring;
      var received = new PeerChannelInfo.FrameTotals(receivedFrames.sum(), receivedBytes.sum());
      return way == null
          ? new PeerChannelInfo(
              self,
              peer.id(),
              PeerChannelInfo.Kind.ARTERY,
              sendWindow.sent(),
              received,
              sendWindow.outstanding())
          : new PeerChannelInfo(
              self,
              peer.id(),
              PeerChannelInfo.Kind.SHARED_MEMORY,
              sendWindow.sent().plus(way.sent()),
              received,
              sendWindow.outstanding().plus(way.outstanding()));
    } finally {
      lock.unlock();
    }
  }

  /** Closes the channel to a peer that has left, and drops what is queued. */
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
    return unsent.frames() >= MAX_UNSENT || unsent.bytes() >= MAX_UNSENT_BYTES;
  }

  /**
   * Waits until few frames are outstanding.
   *
   * @throws SubmissionRejectedException when the timeout has passed
   * @throws NodeLostException when the peer has left
   */
  void awaitRoom(Duration timeout) {
    lock.lock();
    try {
      if (isFull() && !closed) {
        awaitRoomSlowly(timeout);
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

  /** Waits with the lock held, which waiting releases. */
  private void awaitRoomSlowly(Duration timeout) throws InterruptedException {
    try (var _ = BlockedThread.enter(
        self,
        () -> WaitStep.anythingOf(
            "waits until node " + peer.id() + " has taken frames, for " + timeout + " at most",
            peer.id()))) {
      long left = timeout.toNanos();
      while (isFull() && !closed) {
        if (left <= 0) {
          throw new SubmissionRejectedException("Node " + peer.id() + " has not taken any of "
              + unsent().frames() + " waiting frames within " + timeout
              + ". It is overloaded or cut off; wait for results before sending more.");
        }
        left = room.awaitNanos(left);
      }
    }
  }
}
