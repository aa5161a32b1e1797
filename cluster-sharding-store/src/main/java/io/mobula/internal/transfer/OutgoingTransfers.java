package io.mobula.internal.transfer;

import io.mobula.internal.memory.MappedChecksum;
import io.mobula.spi.ObjectSource;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Transfers from this node to readers on other nodes, which take turns. Belongs to the thread of
 * its {@link TransferEngine}.
 *
 * <p>An object is opened at a reader's first request. It is closed when the reader ends the pull,
 * when the reader is known to be dead, or when the reader has neither requested nor accepted
 * anything for a while. A later request opens it again.
 */
final class OutgoingTransfers {
  private static final Logger LOG = LoggerFactory.getLogger(OutgoingTransfers.class);
  private static final long FORGOTTEN = Duration.ofSeconds(10).toNanos();

  private final ObjectSource source;
  private final FrameTransport transport;
  private final ControlFrameQueue controlFrames;
  private final int max;
  private final Map<Long, OutgoingTransfer> transfers = new HashMap<>();
  /** Transfers in the order of their turns; closed ones are skipped and removed. */
  private final ArrayDeque<OutgoingTransfer> turns = new ArrayDeque<>();

  private final MappedChecksum crc = new MappedChecksum();

  OutgoingTransfers(
      ObjectSource source, FrameTransport transport, ControlFrameQueue controlFrames, int max) {
    this.source = source;
    this.transport = transport;
    this.controlFrames = controlFrames;
    this.max = max;
  }

  /** Serves a request, or sends a refusal. */
  void onRequest(TransferFrameCodec.RangeRequest rangeRequest, long now) {
    OutgoingTransfer transfer = transfers.get(rangeRequest.pull());
    if (transfer != null && !transfer.isSameObject(rangeRequest)) {
      refuse(rangeRequest, TransferFrameCodec.Refusal.GONE, "the pull's number is another's", now);
      return;
    }
    if (transfer != null && !transfer.repliesTo(rangeRequest.replyTo())) {
      // the reader has switched transports, as no frame arrived over the old one
      if (rangeRequest.replyTo().startsWith(AeronFrameTransport.SCHEME)) {
        return; // a late request: a reader switches to Akka and never back
      }
      end(transfer);
      transfer = null;
    }
    if (transfer == null) {
      transfer = open(rangeRequest, now);
    }
    if (transfer != null && !transfer.add(rangeRequest, now)) {
      refuse(rangeRequest, TransferFrameCodec.Refusal.BUSY, "too many requests of one pull", now);
    }
  }

  /** Ends the transfer because the reader wants no more. */
  void onEnd(long pull) {
    OutgoingTransfer transfer = transfers.get(pull);
    if (transfer != null) {
      end(transfer);
    }
  }

  /** Ends all transfers to a reader that is dead. */
  void lost(EndpointPair gone) {
    List.copyOf(transfers.values()).stream()
        .filter(transfer -> gone.has(transfer.reader()))
        .forEach(this::end);
  }

  /**
   * Sends one turn for each reader, starting with another reader each time. Returns how many could
   * be served.
   */
  int work(long now) {
    int sent = 0;
    OutgoingTransfer first = turns.pollFirst();
    if (first != null) {
      turns.addLast(first);
    }
    for (var transfer : turns) {
      sent += work(transfer, now) ? 1 : 0;
    }
    turns.removeIf(OutgoingTransfer::isClosed);
    return sent;
  }

  private boolean work(OutgoingTransfer transfer, long now) {
    if (transfer.hasWork()) {
      switch (send(transfer, now)) {
        case SENT -> {
          return true;
        }
        case BACK_PRESSURED -> {}
        case UNREACHABLE -> {
          LOG.warn("Cannot send to {}, which had requested an object", transfer.reader());
          end(transfer);
        }
      }
    }
    if (transfer.isForgotten(FORGOTTEN, now)) {
      end(transfer);
    }
    return false;
  }

  private FrameTransport.SendResult send(OutgoingTransfer transfer, long now) {
    try {
      return transfer.send(transport, crc, now);
    } catch (RuntimeException | InternalError e) {
      // an InternalError means that a page could not be accessed
      LOG.warn("Cannot read an object for {}", transfer.reader(), e);
      end(transfer);
      return FrameTransport.SendResult.BACK_PRESSURED;
    }
  }

  /** Returns whether a reader may still request something. */
  boolean isBusy() {
    return !transfers.isEmpty();
  }

  void close() {
    List.copyOf(transfers.values()).forEach(this::end);
    turns.clear();
  }

  private void end(OutgoingTransfer transfer) {
    transfers.remove(transfer.pull());
    transfer.close();
  }

  private @Nullable OutgoingTransfer open(TransferFrameCodec.RangeRequest rangeRequest, long now) {
    if (transfers.size() == max) {
      refuse(
          rangeRequest,
          TransferFrameCodec.Refusal.BUSY,
          "it serves " + max + " readers already",
          now);
      return null;
    }
    var object = opened(rangeRequest, now);
    if (object == null) {
      return null;
    }
    long bytes = object.bytes().byteSize();
    if (bytes != rangeRequest.bytes()) {
      object.close();
      String text = "it has " + bytes + " bytes, wanted were " + rangeRequest.bytes();
      refuse(rangeRequest, TransferFrameCodec.Refusal.GONE, text, now);
      return null;
    }
    var transfer = new OutgoingTransfer(rangeRequest, object, now);
    transfers.put(rangeRequest.pull(), transfer);
    turns.addLast(transfer);
    return transfer;
  }

  private ObjectSource.@Nullable OpenObject opened(
      TransferFrameCodec.RangeRequest rangeRequest, long now) {
    try {
      var object = source.open(rangeRequest.id(), rangeRequest.attempt());
      if (object == null) {
        refuse(
            rangeRequest,
            TransferFrameCodec.Refusal.GONE,
            "it does not have attempt " + rangeRequest.attempt(),
            now);
      }
      return object;
    } catch (RuntimeException e) {
      LOG.warn("Cannot open {} for {}", rangeRequest.id(), rangeRequest.replyTo(), e);
      refuse(rangeRequest, TransferFrameCodec.Refusal.GONE, "it cannot open it: " + e, now);
      return null;
    }
  }

  private void refuse(
      TransferFrameCodec.RangeRequest rangeRequest,
      TransferFrameCodec.Refusal code,
      String text,
      long now) {
    controlFrames.send(
        rangeRequest.replyTo(),
        TransferFrameCodec.refusedLength(text),
        (buffer, offset) -> TransferFrameCodec.writeRefusal(
            buffer, offset, rangeRequest.source(), rangeRequest.pull(), code, text, crc),
        now);
  }
}
