package io.mobula.internal.lane;

import io.mobula.info.PeerChannelInfo;
import io.mobula.internal.ring.Doorbell;
import io.mobula.internal.ring.RingWriter;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Ring to a peer that has opened it, and the queue of frames that have not fitted into it yet. The
 * owner locks.
 */
final class RingChannel {

  private final RingWriter ring;
  private final Doorbell doorbell;
  private final int doorbellIndex;
  private final Deque<byte[]> waiting = new ArrayDeque<>();
  private long waitingBytes;
  private long sent;
  private long sentBytes;

  /**
   * Creates a channel over an empty ring.
   *
   * @param doorbell doorbell of the peer
   * @param place bit of the ring in that doorbell
   */
  RingChannel(RingWriter ring, Doorbell doorbell, int place) {
    this.ring = ring;
    this.doorbell = doorbell;
    this.doorbellIndex = place;
  }

  /** Writes a frame, or queues it until there is space; {@link #hasBacklog} tells which. */
  void send(byte[] frame) {
    if (!waiting.isEmpty() || !write(frame)) {
      waiting.addLast(frame);
      waitingBytes += frame.length;
    }
  }

  private boolean write(byte[] frame) {
    boolean whole = ring.write(frame);
    doorbell.signal(doorbellIndex); // some of its parts may be there
    if (whole) {
      sent++;
      sentBytes += frame.length;
    }
    return whole;
  }

  /** Writes queued frames as far as they fit; returns how many were written. */
  int flush() {
    int written = 0;
    while (!waiting.isEmpty() && write(waiting.getFirst())) {
      waitingBytes -= waiting.removeFirst().length;
      written++;
    }
    return written;
  }

  /** Returns whether frames are queued. */
  boolean hasBacklog() {
    return !waiting.isEmpty();
  }

  /** Returns whether the peer has read everything. */
  boolean isDrained() {
    return !hasBacklog() && ring.isDrained();
  }

  /** Returns the frames that were written completely. */
  PeerChannelInfo.FrameTotals sent() {
    return new PeerChannelInfo.FrameTotals(sent, sentBytes);
  }

  /** Returns the frames that are queued. */
  PeerChannelInfo.FrameTotals outstanding() {
    return new PeerChannelInfo.FrameTotals(waiting.size(), waitingBytes);
  }

  /** Drops the queue; the peer can read what has been written. */
  void close() {
    waiting.clear();
    waitingBytes = 0;
    ring.close();
  }
}
