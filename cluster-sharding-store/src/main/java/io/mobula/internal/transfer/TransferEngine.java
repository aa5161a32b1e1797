package io.mobula.internal.transfer;

import io.mobula.internal.memory.MappedChecksum;
import io.mobula.spi.ObjectSource;
import io.mobula.spi.TransferSettings.TransferLimits;
import org.agrona.DirectBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Both sides of the transfer protocol on one transport. Belongs to one thread or one actor. */
final class TransferEngine {
  private static final Logger LOG = LoggerFactory.getLogger(TransferEngine.class);

  private final FrameTransport transport;
  private final ControlFrameQueue controlFrames;
  private final PullScheduler pulls;
  private final OutgoingTransfers outgoing;
  private final MappedChecksum crc = new MappedChecksum();
  private boolean foreignSeen;

  TransferEngine(FrameTransport transport, ObjectSource source, TransferLimits limits) {
    this.transport = transport;
    this.controlFrames = new ControlFrameQueue(transport);
    this.pulls = new PullScheduler(transport, controlFrames, limits);
    this.outgoing = new OutgoingTransfers(source, transport, controlFrames, limits.maxReaders());
  }

  void start(PullOperation pull, long now) {
    pulls.start(pull, now);
  }

  /** Handles a frame from any sender. */
  void onFrame(DirectBuffer buffer, int offset, int length, long now) {
    switch (TransferFrameCodec.check(buffer, offset, length, crc)) {
      case FOREIGN -> logForeign(length);
      case CORRUPT -> pulls.onCorrupt(buffer, offset, now);
      case VALID -> onValidFrame(buffer, offset, length, now);
    }
  }

  /** Ends everything that involves the process at this endpoint, which is dead. */
  void lost(String endpoint, String how, long now) {
    var gone = EndpointPair.parse(endpoint);
    pulls.lost(endpoint, how, now);
    outgoing.lost(gone);
    transport.disconnect(gone.first());
    if (gone.standby() != null) {
      transport.disconnect(gone.standby());
    }
  }

  /** Does the work that is possible now. Returns how much that was. */
  int work(long now) {
    return controlFrames.work(now) + pulls.work(now) + outgoing.work(now);
  }

  /**
   * Returns whether the engine needs ticks: a transfer is in progress, or a reader may come back.
   */
  boolean isBusy() {
    return pulls.isBusy() || outgoing.isBusy() || !controlFrames.isEmpty();
  }

  void close(String why) {
    pulls.close(why);
    outgoing.close();
  }

  void fail(Throwable broken) {
    pulls.fail(broken);
    outgoing.close();
  }

  private void onValidFrame(DirectBuffer buffer, int offset, int length, long now) {
    try {
      switch (TransferFrameCodec.type(buffer, offset)) {
        case TransferFrameCodec.REQUEST ->
          outgoing.onRequest(TransferFrameCodec.readRequest(buffer, offset, length), now);
        case TransferFrameCodec.CHUNK -> pulls.onChunk(buffer, offset, length, now);
        case TransferFrameCodec.REFUSAL -> pulls.onRefused(buffer, offset, length, now);
        case TransferFrameCodec.END -> outgoing.onEnd(TransferFrameCodec.pull(buffer, offset));
        default -> logForeign(length);
      }
    } catch (IllegalArgumentException e) {
      LOG.warn("Dropped a malformed frame: {}", e.getMessage());
    }
  }

  private void logForeign(int length) {
    if (!foreignSeen) {
      foreignSeen = true;
      LOG.warn(
          "Dropped a frame of {} bytes that is not of version {}; more will not be logged",
          length,
          TransferFrameCodec.VERSION);
    }
  }
}
