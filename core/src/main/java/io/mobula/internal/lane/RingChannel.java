package io.mobula.internal.lane;

import io.mobula.PeerChannelInfo;
import io.mobula.internal.ring.Doorbell;
import io.mobula.internal.ring.RingWriter;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A ring to a peer that has opened it, and the frames that have not fitted into it yet, in order.
 * Its owner locks.
 */
final class RingChannel {
  /** What it is called where people look. */
  static final String KIND = "shared memory";

  private final RingWriter ring;
  private final Doorbell doorbell;
  private final int doorbellIndex;
  private final Deque<byte[]> waiting = new ArrayDeque<>();
  private long waitingBytes;
  private long sent;
  private long sentBytes;

  /**
   * Nothing is in it yet.
   *
   * @param doorbell the peer's
   * @param place the ring's bit in that bell
   */
  RingChannel(RingWriter ring, Doorbell doorbell, int place) {
    this.ring = ring;
    this.doorbell = doorbell;
    this.doorbellIndex = place;
  }

  /** Writes a frame, or keeps it until there is room; {@link #hasBacklog} tells. */
  void send(byte[] frame) {
    if (!waiting.isEmpty() || !write(frame)) {
      waiting.addLast(frame);
      waitingBytes += frame.length;
    }
  }

  private boolean write(byte[] frame) {
    boolean whole = ring.write(frame);
    doorbell.signal(doorbellIndex); // there may be a part of it
    if (whole) {
      sent++;
      sentBytes += frame.length;
    }
    return whole;
  }

  /** Writes what fits now of what has been kept; returns how many frames that were. */
  int flush() {
    int written = 0;
    while (!waiting.isEmpty() && write(waiting.getFirst())) {
      waitingBytes -= waiting.removeFirst().length;
      written++;
    }
    return written;
  }

  /** Whether frames are kept. */
  boolean hasBacklog() {
    return !waiting.isEmpty();
  }

  /** Whether the peer has received everything. */
  boolean isDrained() {
    return !hasBacklog() && ring.isDrained();
  }

  /** What has been written whole. */
  PeerChannelInfo.FrameTotals sent() {
    return new PeerChannelInfo.FrameTotals(sent, sentBytes);
  }

  /** What is kept. */
  PeerChannelInfo.FrameTotals outstanding() {
    return new PeerChannelInfo.FrameTotals(waiting.size(), waitingBytes);
  }

  /** Drops what is kept; the peer can read what has been written. */
  void close() {
    waiting.clear();
    waitingBytes = 0;
    ring.close();
  }
}
