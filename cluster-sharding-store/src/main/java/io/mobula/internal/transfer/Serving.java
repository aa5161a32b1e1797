package io.mobula.internal.transfer;

import io.mobula.spi.ObjectSource;
import java.util.ArrayDeque;
import java.util.zip.CRC32C;

/**
 * One pull of another node, served from an object that is kept open for it. Belongs to
 * {@link Servings}.
 */
final class Serving {
  /** How many requests of one reader may wait: several windows' worth. */
  private static final int MOST_ASKS = 64;
  /** Bytes sent before it is the next reader's turn. */
  private static final int TURN = 512 * 1024;

  private final Frames.Ask first;
  private final ObjectSource.Open object;
  private final ArrayDeque<Frames.Ask> asks = new ArrayDeque<>();
  /** Where the oldest request has got to. */
  private long at;

  private long touched;
  private boolean closed;

  Serving(Frames.Ask first, ObjectSource.Open object, long now) {
    this.first = first;
    this.object = object;
    this.touched = now;
  }

  /** Queues a request; false if there are too many. */
  boolean add(Frames.Ask ask, long now) {
    if (asks.size() == MOST_ASKS) {
      return false;
    }
    if (asks.isEmpty()) {
      at = ask.from();
    }
    asks.addLast(ask);
    touched = now;
    return true;
  }

  boolean isOf(Frames.Ask ask) {
    return first.id().equals(ask.id()) && first.attempt() == ask.attempt();
  }

  /** Whether the reader wants the answer where this one goes, and not over another carrier. */
  boolean goesTo(String replyTo) {
    return reader().equals(replyTo);
  }

  boolean hasWork() {
    return !asks.isEmpty();
  }

  boolean isForgotten(long after, long now) {
    return now - touched > after;
  }

  long pull() {
    return first.pull();
  }

  String reader() {
    return first.replyTo();
  }

  /** Sends chunks until its turn is over or the carrier has no room. */
  Carrier.Sent send(Carrier carrier, CRC32C crc, long now) {
    int most = carrier.maxFrame(reader()) - Frames.CHUNK_HEADER;
    int sent = 0;
    while (sent < TURN && !asks.isEmpty()) {
      Frames.Ask ask = asks.getFirst();
      int bytes = (int) Math.min(most, ask.to() - at);
      var result = carrier.send(
          reader(),
          Frames.CHUNK_HEADER + bytes,
          (buffer, offset) -> Frames.chunk(
              buffer, offset, ask.source(), ask.pull(), object.bytes(), at, bytes, crc));
      if (result != Carrier.Sent.YES) {
        return sent > 0 ? Carrier.Sent.YES : result;
      }
      touched = now;
      sent += bytes;
      advance(bytes);
    }
    return Carrier.Sent.YES;
  }

  private void advance(int bytes) {
    at += bytes;
    if (at == asks.getFirst().to()) {
      asks.removeFirst();
      if (!asks.isEmpty()) {
        at = asks.getFirst().from();
      }
    }
  }

  boolean isClosed() {
    return closed;
  }

  void close() {
    closed = true;
    asks.clear();
    object.close();
  }
}
