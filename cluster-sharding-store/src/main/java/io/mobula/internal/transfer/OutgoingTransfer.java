package io.mobula.internal.transfer;

import io.mobula.internal.memory.MappedChecksum;
import io.mobula.spi.ObjectSource;
import java.util.ArrayDeque;

/**
 * Pull of another node, served from an object that is kept open for it. Belongs to
 * {@link OutgoingTransfers}.
 */
final class OutgoingTransfer {
  /** Limit of waiting requests of one reader: several windows. */
  private static final int MAX_REQUESTS = 64;
  /** Bytes to send before the next reader's turn. */
  private static final int TURN = 512 * 1024;

  private final TransferFrameCodec.RangeRequest first;
  private final ObjectSource.OpenObject object;
  private final ArrayDeque<TransferFrameCodec.RangeRequest> requests = new ArrayDeque<>();
  /** Offset that the oldest request has reached. */
  private long at;

  private long touched;
  private boolean closed;

  OutgoingTransfer(
      TransferFrameCodec.RangeRequest first, ObjectSource.OpenObject object, long now) {
    this.first = first;
    this.object = object;
    this.touched = now;
  }

  /** Queues a range request. Returns false if too many are waiting. */
  boolean add(TransferFrameCodec.RangeRequest rangeRequest, long now) {
    if (requests.size() == MAX_REQUESTS) {
      return false;
    }
    if (requests.isEmpty()) {
      at = rangeRequest.from();
    }
    requests.addLast(rangeRequest);
    touched = now;
    return true;
  }

  boolean isSameObject(TransferFrameCodec.RangeRequest rangeRequest) {
    return first.id().equals(rangeRequest.id()) && first.attempt() == rangeRequest.attempt();
  }

  /** Returns whether this transfer replies to that endpoint, and not over another transport. */
  boolean repliesTo(String replyTo) {
    return reader().equals(replyTo);
  }

  boolean hasWork() {
    return !requests.isEmpty();
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

  /** Sends chunks until the turn is over or the transport has no room. */
  FrameTransport.SendResult send(FrameTransport transport, MappedChecksum crc, long now) {
    int max = transport.maxFrame(reader()) - TransferFrameCodec.CHUNK_HEADER;
    int sent = 0;
    while (sent < TURN && !requests.isEmpty()) {
      TransferFrameCodec.RangeRequest rangeRequest = requests.getFirst();
      int bytes = (int) Math.min(max, rangeRequest.to() - at);
      var result = transport.send(
          reader(),
          TransferFrameCodec.CHUNK_HEADER + bytes,
          (buffer, offset) -> TransferFrameCodec.writeChunk(
              buffer,
              offset,
              rangeRequest.source(),
              rangeRequest.pull(),
              object.bytes(),
              at,
              bytes,
              crc));
      if (result != FrameTransport.SendResult.SENT) {
        return sent > 0 ? FrameTransport.SendResult.SENT : result;
      }
      touched = now;
      sent += bytes;
      advance(bytes);
    }
    return FrameTransport.SendResult.SENT;
  }

  private void advance(int bytes) {
    at += bytes;
    if (at == requests.getFirst().to()) {
      requests.removeFirst();
      if (!requests.isEmpty()) {
        at = requests.getFirst().from();
      }
    }
  }

  boolean isClosed() {
    return closed;
  }

  void close() {
    closed = true;
    requests.clear();
    object.close();
  }
}
