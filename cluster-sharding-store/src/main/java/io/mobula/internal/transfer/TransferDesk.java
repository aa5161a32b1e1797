package io.mobula.internal.transfer;

import io.mobula.spi.ObjectSource;
import io.mobula.spi.TransferSettings.Limits;
import java.util.zip.CRC32C;
import org.agrona.DirectBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where frames come in and go out: both sides of the protocol, for one carrier. Belongs to one
 * thread, or to one actor.
 */
final class TransferDesk {
  private static final Logger LOG = LoggerFactory.getLogger(TransferDesk.class);

  private final Carrier carrier;
  private final Outbox outbox;
  private final Pulls pulls;
  private final Servings servings;
  private final CRC32C crc = new CRC32C();
  private boolean foreignSeen;

  TransferDesk(Carrier carrier, ObjectSource source, Limits limits) {
    this.carrier = carrier;
    this.outbox = new Outbox(carrier);
    this.pulls = new Pulls(carrier, outbox, limits);
    this.servings = new Servings(source, carrier, outbox, limits.readers());
  }

  void start(RunningPull pull, long now) {
    pulls.start(pull, now);
  }

  /** A frame has come, whoever sent it. */
  void onFrame(DirectBuffer buffer, int offset, int length, long now) {
    switch (Frames.check(buffer, offset, length, crc)) {
      case FOREIGN -> logForeign(length);
      case CORRUPT -> pulls.onCorrupt(buffer, offset, now);
      case RIGHT -> onRight(buffer, offset, length, now);
    }
  }

  /** The process there is dead. */
  void lost(String endpoint, String how, long now) {
    var gone = EndpointPair.parse(endpoint);
    pulls.lost(endpoint, how, now);
    servings.lost(gone);
    carrier.forget(gone.first());
    if (gone.standby() != null) {
      carrier.forget(gone.standby());
    }
  }

  /** Does what there is to do now; how much that was. */
  int work(long now) {
    return outbox.work(now) + pulls.work(now) + servings.work(now);
  }

  /** Whether time matters to it: something runs, or a reader may come back. */
  boolean isBusy() {
    return pulls.isBusy() || servings.isBusy() || !outbox.isEmpty();
  }

  void close(String why) {
    pulls.close(why);
    servings.close();
  }

  void fail(Throwable broken) {
    pulls.fail(broken);
    servings.close();
  }

  private void onRight(DirectBuffer buffer, int offset, int length, long now) {
    try {
      switch (Frames.type(buffer, offset)) {
        case Frames.ASK -> servings.onAsk(Frames.readAsk(buffer, offset, length), now);
        case Frames.CHUNK -> pulls.onChunk(buffer, offset, length, now);
        case Frames.REFUSED -> pulls.onRefused(buffer, offset, length, now);
        case Frames.END -> servings.onEnd(Frames.pull(buffer, offset));
        default -> logForeign(length);
      }
    } catch (IllegalArgumentException e) {
      LOG.warn("Dropped a frame that cannot be: {}", e.getMessage());
    }
  }

  private void logForeign(int length) {
    if (!foreignSeen) {
      foreignSeen = true;
      LOG.warn(
          "Dropped a frame of {} bytes that is not of version {}; more will not be logged",
          length,
          Frames.VERSION);
    }
  }
}
