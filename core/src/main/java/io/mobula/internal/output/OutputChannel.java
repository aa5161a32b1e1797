package io.mobula.internal.output;

import io.mobula.internal.lane.FrameWriter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * The lines on their way to one program: gathered into frames, no more per second than is allowed,
 * and no more ahead of the reader than a window. What is too much is counted, and the count travels
 * with the next frame. Safe for all threads; nothing blocks.
 */
final class OutputChannel {
  static final long WINDOW = 1 << 20;
  static final long MOST_WAITING = 1 << 20;
  private static final int FRAME = 64 << 10;
  private static final long SECOND = 1_000_000_000L;
  private static final Duration GATHERING = Duration.ofMillis(100);

  private final int linesPerSecond;
  private final Predicate<byte[]> sender;
  private final OutputForwarder.Timer timer;
  private final LongSupplier clock;
  private final Deque<OutputLine> waiting = new ArrayDeque<>();
  private long waitingBytes;
  private long inFlightBytes;
  private long dropped;
  private double tokens;
  private long countedAt;
  private boolean timed;

  /**
   * Empty.
   *
   * @param lane takes frames; false when the other side is gone
   * @param clock nanoseconds
   */
  OutputChannel(
      int linesPerSecond, Predicate<byte[]> lane, OutputForwarder.Timer timer, LongSupplier clock) {
    this.linesPerSecond = linesPerSecond;
    this.sender = lane;
    this.timer = timer;
    this.clock = clock;
    this.tokens = linesPerSecond;
    this.countedAt = clock.getAsLong();
  }

  synchronized void offer(OutputLine line) {
    refill();
    if (tokens < 1 || waitingBytes + line.size() > MOST_WAITING) {
      dropped++;
    } else {
      tokens--;
      waiting.addLast(line);
      waitingBytes += line.size();
    }
    if (waitingBytes >= FRAME) {
      send();
    }
    scheduleSend();
  }

  /** As many lines as a second allows may come at once, after a quiet second. */
  private void refill() {
    long now = clock.getAsLong();
    double more = (double) (now - countedAt) / SECOND * linesPerSecond;
    tokens = Math.min(linesPerSecond, tokens + more);
    countedAt = now;
  }

  private void scheduleSend() {
    if (!timed && (dropped > 0 || !waiting.isEmpty())) {
      timed = true;
      timer.after(GATHERING, this::onTimer);
    }
  }

  private synchronized void onTimer() {
    timed = false;
    send();
  }

  /** What waits leaves now, as far as the window allows. */
  synchronized void flush() {
    send();
  }

  /** The reader has done with so many bytes. */
  synchronized void onPrinted(long bytes) {
    inFlightBytes -= bytes;
    send();
  }

  private void send() {
    while (inFlightBytes < WINDOW && (dropped > 0 || !waiting.isEmpty())) {
      var frame = frame();
      inFlightBytes += frame.length;
      if (!sender.test(frame)) { // it has left; so this is forgotten soon
        waiting.clear();
        waitingBytes = 0;
        return;
      }
    }
  }

  private byte[] frame() {
    var lines = new ArrayList<OutputLine>();
    for (int bytes = 0; bytes < FRAME && !waiting.isEmpty(); ) {
      var line = waiting.removeFirst();
      waitingBytes -= line.size();
      bytes += line.size();
      lines.add(line);
    }
    var frame = new FrameWriter().octet(OutputForwarder.LINES).int64(dropped);
    dropped = 0;
    return frame.list(lines, (out, line) -> line.write(out)).toBytes();
  }
}
