package io.mobula.internal.lane;

import io.mobula.PeerChannelInfo;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * What one process sends to another: cuts frames into parts that fit into a message of Artery's,
 * numbers these from one, keeps each until it is acknowledged, and has no more than a window of
 * them on the way. Pure; its owner locks.
 */
final class SendWindow {
  /** How many parts may be on the way: less than Artery's own queue, which drops what is more. */
  static final int WINDOW = 1024;

  /** How many bytes a part has at most: Artery drops what is larger than its maximum-frame-size. */
  static final int PART = 128 << 10;

  private static final long WINDOW_BYTES = 16 << 20;
  private static final int REPEATED = 64;

  /** A frame, or a part of which {@code more} comes, with its number. */
  @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
  record SequencedPart(long sequence, boolean more, byte[] frame) {}

  private final Deque<SequencedPart> inFlight = new ArrayDeque<>();
  private final Deque<byte[]> waiting = new ArrayDeque<>();
  private int begun; // bytes of the first that waits, which are sent
  private long last;
  private long lastBytes;
  private long sentBytes;
  private long waitingBytes;
  private long acknowledgedAtTick = -1;

  /** Takes a frame; what may be sent now comes from {@link #next}. */
  void add(byte[] frame) {
    waiting.addLast(frame);
    waitingBytes += frame.length;
  }

  /** The next part to be sent, or null when there is none or the window is full. */
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

  /** Everything up to this number has arrived. */
  void acknowledged(long sequence) {
    for (var first = inFlight.peekFirst();
        first != null && first.sequence() <= sequence;
        first = inFlight.peekFirst()) {
      sentBytes -= first.frame().length;
      inFlight.removeFirst();
    }
  }

  /** What to send again: the oldest, if nothing was acknowledged since the last tick. */
  List<SequencedPart> tick() {
    long oldest = inFlight.isEmpty() ? -1 : inFlight.getFirst().sequence();
    boolean stuck = oldest != -1 && oldest == acknowledgedAtTick;
    acknowledgedAtTick = oldest;
    return stuck ? oldest() : List.of();
  }

  /** The oldest that are not acknowledged. */
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

  /** What has been sent, repetitions not counted. */
  PeerChannelInfo.FrameTotals sent() {
    return new PeerChannelInfo.FrameTotals(last, lastBytes);
  }

  /** What is not acknowledged, sent or not. */
  PeerChannelInfo.FrameTotals outstanding() {
    return new PeerChannelInfo.FrameTotals(size(), bytes());
  }

  /** How many frames are not acknowledged, sent or not. */
  int size() {
    return inFlight.size() + waiting.size();
  }

  /** How many bytes they have. */
  long bytes() {
    return sentBytes + waitingBytes;
  }
}
