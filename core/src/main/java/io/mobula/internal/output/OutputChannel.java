package io.mobula.internal.output;

import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.spi.DelayTimer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Queue of lines on their way to one driver. Gathers lines into frames, and limits the lines per
 * second and the bytes that are sent and not printed. Lines beyond the limits are dropped and
 * counted, and the next frame carries the count. Safe for all threads; nothing blocks.
 */
final class OutputChannel {
  static final long WINDOW = 1 << 20;
  static final long MAX_WAITING = 1 << 20;
  private static final int FRAME = 64 << 10;
  private static final long SECOND = 1_000_000_000L;
  private static final Duration GATHERING = Duration.ofMillis(100);

  private final int linesPerSecond;
  private final Predicate<byte[]> sender;
  private final DelayTimer timer;
  private final LongSupplier clock;
  private final Deque<OutputLine> waiting = new ArrayDeque<>();
  private long waitingBytes;
  private long inFlightBytes;
  private long dropped;
  private double tokens;
  private long countedAt;
  private boolean timed;

  /**
   * Makes an empty channel.
   *
   * @param lane sends a frame; false when the driver is gone
   * @param clock the time in nanoseconds
   */
  OutputChannel(int linesPerSecond, Predicate<byte[]> lane, DelayTimer timer, LongSupplier clock) {
    this.linesPerSecond = linesPerSecond;
    this.sender = lane;
    this.timer = timer;
    this.clock = clock;
    this.tokens = linesPerSecond;
    this.countedAt = clock.getAsLong();
  }

  synchronized void offer(OutputLine line) {
    refill();
    if (tokens < 1 || waitingBytes + line.size() > MAX_WAITING) {
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

  /**
   * Refills the token bucket, which holds the lines of one second: after a quiet second as many may
   * be sent at once.
   */
  private void refill() {
    long now = clock.getAsLong();
    double more = (double) (now - countedAt) / SECOND * linesPerSecond;
    tokens = Math.min(linesPerSecond, tokens + more);
    countedAt = now;
  }

  private void scheduleSend() {
    if (!timed && (dropped > 0 || !waiting.isEmpty())) {
      timed = true;
      var _ = timer.after(GATHERING, this::onTimer);
    }
  }

  private synchronized void onTimer() {
    timed = false;
    send();
  }

  /** Sends queued lines now, as far as the window allows. */
  synchronized void flush() {
    send();
  }

  /** Opens the window again by as many bytes as the driver has printed. */
  synchronized void onPrinted(long bytes) {
    inFlightBytes -= bytes;
    send();
  }

  private void send() {
    while (inFlightBytes < WINDOW && (dropped > 0 || !waiting.isEmpty())) {
      var frame = frame();
      inFlightBytes += frame.length;
      if (!sender.test(frame)) { // the driver has left, and this channel is removed soon
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
    var frame = FrameWriter.of(FrameKind.OUTPUT_LINES).int64(dropped);
    dropped = 0;
    return frame.list(lines, (out, line) -> line.write(out)).toBytes();
  }
}
