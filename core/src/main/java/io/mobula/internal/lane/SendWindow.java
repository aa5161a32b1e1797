package io.mobula.internal.lane;

import io.mobula.info.PeerChannelInfo;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * Sending side of the sequence numbers of one peer. Splits frames into parts that fit an Artery
 * message, numbers the parts from one, keeps each part until it is acknowledged, and limits how
 * many are in flight. Pure logic; the owner locks.
 */
final class SendWindow {
  /** Largest number of parts in flight: fewer than fit Artery's own queue, which drops the rest. */
  static final int WINDOW = 1024;

  /** Largest size of a part in bytes: Artery drops messages larger than its maximum-frame-size. */
  static final int PART = 128 << 10;

  private static final long WINDOW_BYTES = 16 << 20;
  private static final int REPEATED = 64;

  /**
   * Frame or part with its sequence number; {@code more} says that further parts of the frame
   * follow.
   */
  @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
  record SequencedPart(long sequence, boolean more, byte[] frame) {}

  private final Deque<SequencedPart> inFlight = new ArrayDeque<>();
  private final Deque<byte[]> waiting = new ArrayDeque<>();
  private int begun; // bytes of the first waiting frame that have been sent
  private long last;
  private long lastBytes;
  private long sentBytes;
  private long waitingBytes;
  private long acknowledgedAtTick = -1;

  /** Adds a frame to the queue; {@link #next} returns what may be sent now. */
  void add(byte[] frame) {
    waiting.addLast(frame);
    waitingBytes += frame.length;
  }

  /** Returns the next part to be sent, or null when there is none or the window is full. */
  @org.jspecify.annotations.Nullable
  SequencedPart next() {
    if (waiting.isEmpty() || inFlight.size() >= WINDOW || (sentBytes >= WINDOW_BYTES)) {
      return null;
    }
    var frame = nextPart();
    var part = new SequencedPart(++last, begun > 0, frame);
    waitingBytes -= frame.length;
    inFlight.addLast(part);
    sentBytes += frame.length;
    lastBytes += frame.length;
    return part;
  }

  private byte[] nextPart() {
    var frame = waiting.getFirst();
    int from = begun;
    boolean more = frame.length - from > PART;
    begun = more ? from + PART : 0;
    if (!more) {
      waiting.removeFirst();
    }
    return from == 0 && !more
        ? frame
        : Arrays.copyOfRange(frame, from, more ? begun : frame.length);
  }

  /** Removes the parts up to this number, which have arrived. */
  void acknowledged(long sequence) {
    for (var first = inFlight.peekFirst();
        first != null && first.sequence() <= sequence;
        first = inFlight.peekFirst()) {
      sentBytes -= first.frame().length;
      inFlight.removeFirst();
    }
  }

  /**
   * Returns the parts to send again: the oldest ones, if nothing was acknowledged since the last
   * tick.
   */
  List<SequencedPart> tick() {
    long oldest = inFlight.isEmpty() ? -1 : inFlight.getFirst().sequence();
    boolean stuck = oldest != -1 && oldest == acknowledgedAtTick;
    acknowledgedAtTick = oldest;
    return stuck ? oldest() : List.of();
  }

  /** Returns the oldest unacknowledged parts. */
  List<SequencedPart> oldest() {
    var again = new ArrayList<SequencedPart>();
    for (var part : inFlight) {
      if (again.size() == REPEATED) {
        break;
      }
      again.add(part);
    }
    return again;
  }

  /** Returns the parts that were sent, not counting retransmissions. */
  PeerChannelInfo.FrameTotals sent() {
    return new PeerChannelInfo.FrameTotals(last, lastBytes);
  }

  /** Returns what is not acknowledged, whether it was sent or not. */
  PeerChannelInfo.FrameTotals outstanding() {
    return new PeerChannelInfo.FrameTotals(size(), bytes());
  }

  /**
   * Returns the number of frames and parts that are not acknowledged, whether they were sent or
   * not.
   */
  int size() {
    return inFlight.size() + waiting.size();
  }

  /** Returns the number of bytes that are not acknowledged, whether they were sent or not. */
  long bytes() {
    return sentBytes + waitingBytes;
  }
}
