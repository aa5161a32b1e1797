package io.mobula.internal.transfer;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.exceptions.RegistrationException;
import io.aeron.logbuffer.BufferClaim;
import io.aeron.logbuffer.FragmentHandler;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Frames over Aeron: one subscription for whatever comes, one publication to each node there is
 * something to say to. A frame is one fragment, written and read in place in the log of its stream.
 * Belongs to the thread of the {@link TransferDesk}.
 */
final class AeronCarrier implements Carrier {
  /** What an endpoint of this carrier begins with. */
  static final String SCHEME = "aeron:";

  static final int STREAM = 4410;

  private static final Logger LOG = LoggerFactory.getLogger(AeronCarrier.class);
  private static final long UNUSED = Duration.ofSeconds(60).toNanos();
  private static final int FRAGMENTS = 64;
  /** Nothing else gets into a channel. */
  private static final Pattern ENDPOINT =
      Pattern.compile(SCHEME + "([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.%]+])(:[0-9]{1,5})");

  /** The way to one node. */
  private static final class Line {
    final long registration;
    final long opened;

    @Nullable
    ExclusivePublication publication;

    boolean wasConnected;
    long used;

    Line(long registration, long now) {
      this.registration = registration;
      this.opened = now;
      this.used = now;
    }
  }

  private final Aeron aeron;
  private final Subscription subscription;
  private final String endpoint;
  private final String parameters;
  private final int maxFrame;
  private final long unreachable;
  private final Map<String, Line> lines = new HashMap<>();
  private final BufferClaim claim = new BufferClaim();

  /**
   * Frames for a subscription that has its port.
   *
   * @param parameters what is added to the channel of a publication
   * @param maxFrame what fits into one datagram
   * @param unreachable how long a connection may take
   */
  AeronCarrier(
      Aeron aeron,
      Subscription subscription,
      String parameters,
      int maxFrame,
      Duration unreachable) {
    this.aeron = aeron;
    this.subscription = subscription;
    this.endpoint = SCHEME + subscription.resolvedEndpoint();
    this.parameters = parameters;
    this.maxFrame = maxFrame;
    this.unreachable = unreachable.toNanos();
  }

  /** Where others reach this node. */
  String endpoint() {
    return endpoint;
  }

  @Override
  public String replyTo(String to) {
    return endpoint;
  }

  @Override
  public int maxFrame(String to) {
    return maxFrame;
  }

  @Override
  public Sent send(String to, int length, Filler filler) {
    long now = System.nanoTime();
    Line line = lines.get(to);
    if (line == null) {
      if (!ENDPOINT.matcher(to).matches()) {
        return Sent.NEVER;
      }
      line = new Line(aeron.asyncAddExclusivePublication(channel(to), STREAM), now);
      lines.put(to, line);
    }
    line.used = now;
    try {
      var publication = publication(line);
      return publication == null
          ? awaited(to, line, now)
          : send(to, line, publication, length, filler, now);
    } catch (RegistrationException e) {
      LOG.warn("No way to {}: {}", to, e.getMessage());
      lines.remove(to);
      return Sent.NEVER;
    } catch (InternalError fault) { // how the JVM tells of a page that is not there
      LOG.warn(
          "Memory could not be read or written on the way to {}: the file system of {} may be full ({})",
          to,
          aeron.context().aeronDirectoryName(),
          fault.toString());
      forget(to);
      return Sent.NEVER;
    }
  }

  private Sent send(
      String to, Line line, ExclusivePublication publication, int length, Filler filler, long now) {
    long result = publication.tryClaim(length, claim);
    if (result > 0) {
      line.wasConnected = true;
      try {
        filler.fill(claim.buffer(), claim.offset());
        claim.commit();
        return Sent.YES;
      } catch (RuntimeException e) {
        claim.abort();
        throw e;
      }
    }
    if (result == Publication.BACK_PRESSURED || result == Publication.ADMIN_ACTION) {
      return Sent.LATER;
    }
    if (result == Publication.NOT_CONNECTED && !line.wasConnected) {
      return awaited(to, line, now);
    }
    forget(to);
    return Sent.LATER;
  }

  /** There is no connection yet, or the media driver has not even answered. */
  private Sent awaited(String to, Line line, long now) {
    if (now - line.opened <= unreachable) {
      return Sent.LATER;
    }
    forget(to);
    return Sent.NEVER;
  }

  /** Handles what has come; how many frames. */
  int poll(FragmentHandler handler) {
    return subscription.poll(handler, FRAGMENTS);
  }

  /** Closes what has not been used for long. */
  void closeUnused(long now) {
    lines.values().removeIf(line -> {
      if (now - line.used <= UNUSED) {
        return false;
      }
      close(line);
      return true;
    });
  }

  /** Closes all; each is made again when it is needed. */
  void forgetAll() {
    lines.values().forEach(this::close);
    lines.clear();
  }

  @Override
  public void forget(String to) {
    Line line = lines.remove(to);
    if (line != null) {
      close(line);
    }
  }

  private @Nullable ExclusivePublication publication(Line line) {
    if (line.publication == null) {
      line.publication = aeron.getExclusivePublication(line.registration);
    }
    return line.publication;
  }

  private void close(Line line) {
    var publication = line.publication;
    if (publication == null) {
      aeron.asyncRemovePublication(line.registration);
    } else {
      publication.close();
    }
  }

  private String channel(String to) {
    return "aeron:udp?endpoint=" + to.substring(SCHEME.length()) + parameters;
  }
}
