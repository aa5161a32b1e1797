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
final class Outbox {
  /** How many parts may be on the way: less than Artery's own queue, which drops what is more. */
  static final int WINDOW = 1024;

  /** How many bytes a part has at most: Artery drops what is larger than its maximum-frame-size. */
  static final int PART = 128 << 10;

  private static final long WINDOW_BYTES = 16 << 20;
  private static final int REPEATED = 64;

  /** A frame, or a part of which {@code more} comes, with its number. */
  @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
  record Numbered(long sequence, boolean more, byte[] frame) {}

  private final Deque<Numbered> sent = new ArrayDeque<>();
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
  Numbered next() {
    if (waiting.isEmpty() || sent.size() >= WINDOW || (sentBytes >= WINDOW_BYTES)) {
      return null;
    }
    var frame = nextPart();
    var numbered = new Numbered(++last, begun > 0, frame);
    waitingBytes -= frame.length;
    sent.addLast(numbered);
    sentBytes += frame.length;
    lastBytes += frame.length;
    return numbered;
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
    for (var first = sent.peekFirst();
        first != null && first.sequence() <= sequence;
        first = sent.peekFirst()) {
      sentBytes -= first.frame().length;
      sent.removeFirst();
    }
  }

  /** What to send again: the oldest, if nothing was acknowledged since the last tick. */
  List<Numbered> tick() {
    long oldest = sent.isEmpty() ? -1 : sent.getFirst().sequence();
    boolean stuck = oldest != -1 && oldest == acknowledgedAtTick;
    acknowledgedAtTick = oldest;
    return stuck ? oldest() : List.of();
  }

  /** The oldest that are not acknowledged. */
  List<Numbered> oldest() {
    var again = new ArrayList<Numbered>();
    for (var numbered : sent) {
      if (again.size() == REPEATED) {
        break;
      }
      again.add(numbered);
    }
    return again;
  }

  /** What has been sent, repetitions not counted. */
  PeerChannelInfo.FrameTotals sent() {
    return new PeerChannelInfo.FrameTotals(last, lastBytes);
  }

  /** What is not acknowledged, sent or not. */
  PeerChannelInfo.FrameTotals underway() {
    return new PeerChannelInfo.FrameTotals(size(), bytes());
  }

  /** How many frames are not acknowledged, sent or not. */
  int size() {
    return sent.size() + waiting.size();
  }

  /** How many bytes they have. */
  long bytes() {
    return sentBytes + waitingBytes;
  }
}
