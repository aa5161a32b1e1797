package io.mobula.internal.transfer;

import io.mobula.spi.ObjectSource;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this node sends to others: objects kept open for their readers, in turns. Belongs to the
 * thread of its {@link TransferDesk}.
 *
 * <p>An object is opened with a reader's first request and closed when the reader says so, is known
 * to be dead, or has neither asked nor taken anything for a while; should it ask again, it is
 * opened again.
 */
final class Servings {
  private static final Logger LOG = LoggerFactory.getLogger(Servings.class);
  private static final long FORGOTTEN = Duration.ofSeconds(10).toNanos();

  private final ObjectSource source;
  private final Carrier carrier;
  private final Outbox outbox;
  private final int most;
  private final Map<Long, Serving> servings = new HashMap<>();
  /** Whose turn it is; those that have ended are passed over and dropped. */
  private final ArrayDeque<Serving> turns = new ArrayDeque<>();

  private final CRC32C crc = new CRC32C();

  Servings(ObjectSource source, Carrier carrier, Outbox outbox, int most) {
    this.source = source;
    this.carrier = carrier;
    this.outbox = outbox;
    this.most = most;
  }

  /** Serves a request, or says why not. */
  void onAsk(Frames.Ask ask, long now) {
    Serving serving = servings.get(ask.pull());
    if (serving != null && !serving.isOf(ask)) {
      refuse(ask, Frames.Refusal.GONE, "the pull's number is another's", now);
      return;
    }
    if (serving != null && !serving.goesTo(ask.replyTo())) { // nothing has come over that carrier
      if (ask.replyTo().startsWith(AeronCarrier.SCHEME)) {
        return; // it is late: a reader goes over to Akka, and not back
      }
      end(serving);
      serving = null;
    }
    if (serving == null) {
      serving = open(ask, now);
    }
    if (serving != null && !serving.add(ask, now)) {
      refuse(ask, Frames.Refusal.BUSY, "too many requests of one pull", now);
    }
  }

  /** The reader wants no more. */
  void onEnd(long pull) {
    Serving serving = servings.get(pull);
    if (serving != null) {
      end(serving);
    }
  }

  /** The reader is dead. */
  void lost(EndpointPair gone) {
    List.copyOf(servings.values()).stream()
        .filter(serving -> gone.has(serving.reader()))
        .forEach(this::end);
  }

  /** Sends a turn of each reader, beginning with another one each time; how many could be sent. */
  int work(long now) {
    int sent = 0;
    Serving first = turns.pollFirst();
    if (first != null) {
      turns.addLast(first);
    }
    for (var serving : turns) {
      sent += work(serving, now) ? 1 : 0;
    }
    turns.removeIf(Serving::isClosed);
    return sent;
  }

  private boolean work(Serving serving, long now) {
    if (serving.hasWork()) {
      switch (send(serving, now)) {
        case YES -> {
          return true;
        }
        case LATER -> {}
        case NEVER -> {
          LOG.warn("No way to send to {}, which had asked for an object", serving.reader());
          end(serving);
        }
      }
    }
    if (serving.isForgotten(FORGOTTEN, now)) {
      end(serving);
    }
    return false;
  }

  private Carrier.Sent send(Serving serving, long now) {
    try {
      return serving.send(carrier, crc, now);
    } catch (RuntimeException | InternalError e) { // the latter where a page is not there
      LOG.warn("Cannot read an object for {}", serving.reader(), e);
      end(serving);
      return Carrier.Sent.LATER;
    }
  }

  /** Whether a reader may want something. */
  boolean isBusy() {
    return !servings.isEmpty();
  }

  void close() {
    List.copyOf(servings.values()).forEach(this::end);
    turns.clear();
  }

  private void end(Serving serving) {
    servings.remove(serving.pull());
    serving.close();
  }

  private @Nullable Serving open(Frames.Ask ask, long now) {
    if (servings.size() == most) {
      refuse(ask, Frames.Refusal.BUSY, "it serves " + most + " readers already", now);
      return null;
    }
    var object = opened(ask, now);
    if (object == null) {
      return null;
    }
    long bytes = object.bytes().byteSize();
    if (bytes != ask.bytes()) {
      object.close();
      String text = "it has " + bytes + " bytes, wanted were " + ask.bytes();
      refuse(ask, Frames.Refusal.GONE, text, now);
      return null;
    }
    var serving = new Serving(ask, object, now);
    servings.put(ask.pull(), serving);
    turns.addLast(serving);
    return serving;
  }

  private ObjectSource.@Nullable Open opened(Frames.Ask ask, long now) {
    try {
      var object = source.open(ask.id(), ask.attempt());
      if (object == null) {
        refuse(ask, Frames.Refusal.GONE, "it does not have attempt " + ask.attempt(), now);
      }
      return object;
    } catch (RuntimeException e) {
      LOG.warn("Cannot open {} for {}", ask.id(), ask.replyTo(), e);
      refuse(ask, Frames.Refusal.GONE, "it cannot open it: " + e, now);
      return null;
    }
  }

  private void refuse(Frames.Ask ask, Frames.Refusal code, String text, long now) {
    outbox.send(
        ask.replyTo(),
        Frames.refusedLength(text),
        (buffer, offset) ->
            Frames.refused(buffer, offset, ask.source(), ask.pull(), code, text, crc),
        now);
  }
}
