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
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Transport of frames over Aeron, with one subscription for all incoming frames and one publication
 * to each node that gets any. A frame is one Aeron fragment, written and read in place in the log
 * of its stream. Belongs to the thread of the {@link TransferEngine}.
 */
final class AeronFrameTransport implements FrameTransport {
  /** Prefix of the endpoints of this transport. */
  static final String SCHEME = "aeron:";

  static final int STREAM = 4410;

  private static final Logger LOG = LoggerFactory.getLogger(AeronFrameTransport.class);
  private static final long UNUSED = Duration.ofSeconds(60).toNanos();
  private static final int FRAGMENTS = 64;
  /** Pattern of endpoints; nothing else becomes part of a channel. */
  private static final Pattern ENDPOINT =
      Pattern.compile(SCHEME + "([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.%]+])(:[0-9]{1,5})");

  /** Connection to one node. */
  private static final class PeerConnection {
    final long registration;
    final long opened;

    @Nullable
    ExclusivePublication publication;

    boolean wasConnected;
    long used;

    PeerConnection(long registration, long now) {
      this.registration = registration;
      this.opened = now;
      this.used = now;
    }
  }

  private final Aeron aeron;
  private final NanoClock clock;
  private final Subscription subscription;
  private final String endpoint;
  private final String parameters;
  private final int maxFrame;
  private final long unreachable;
  private final Map<String, PeerConnection> connections = new HashMap<>();
  private final BufferClaim claim = new BufferClaim();

  /**
   * Creates a transport for a subscription that has its port.
   *
   * @param parameters parameters to add to the channel of a publication
   * @param maxFrame size of a frame that fits into one datagram
   * @param unreachable how long establishing a connection may take
   */
  AeronFrameTransport(
      Aeron aeron,
      Subscription subscription,
      String parameters,
      int maxFrame,
      Duration unreachable) {
    this.aeron = aeron;
    this.clock = aeron.context().nanoClock();
    this.subscription = subscription;
    this.endpoint = SCHEME + subscription.resolvedEndpoint();
    this.parameters = parameters;
    this.maxFrame = maxFrame;
    this.unreachable = unreachable.toNanos();
  }

  /** Returns the endpoint at which others reach this node. */
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
  public SendResult send(String to, int length, FrameEncoder encoder) {
    long now = clock.nanoTime();
    PeerConnection connection = connections.get(to);
    if (connection == null) {
      if (!ENDPOINT.matcher(to).matches()) {
        return SendResult.UNREACHABLE;
      }
      connection = new PeerConnection(aeron.asyncAddExclusivePublication(channel(to), STREAM), now);
      connections.put(to, connection);
    }
    connection.used = now;
    try {
      var publication = publication(connection);
      return publication == null
          ? awaited(to, connection, now)
          : send(to, connection, publication, length, encoder, now);
    } catch (RegistrationException e) {
      LOG.warn("Cannot send to {}: {}", to, e.getMessage());
      connections.remove(to);
      return SendResult.UNREACHABLE;
    } catch (InternalError fault) { // thrown by the JVM when a page cannot be accessed
      LOG.warn(
          "Memory could not be read or written while sending to {}: the file system of {} may be full ({})",
          to,
          aeron.context().aeronDirectoryName(),
          fault.toString());
      disconnect(to);
      return SendResult.UNREACHABLE;
    }
  }

  private SendResult send(
      String to,
      PeerConnection connection,
      ExclusivePublication publication,
      int length,
      FrameEncoder encoder,
      long now) {
    long result = publication.tryClaim(length, claim);
    if (result > 0) {
      connection.wasConnected = true;
      try {
        encoder.encode(claim.buffer(), claim.offset());
        claim.commit();
        return SendResult.SENT;
      } catch (RuntimeException e) {
        claim.abort();
        throw e;
      }
    }
    if (result == Publication.BACK_PRESSURED || result == Publication.ADMIN_ACTION) {
      return SendResult.BACK_PRESSURED;
    }
    if (result == Publication.NOT_CONNECTED && !connection.wasConnected) {
      return awaited(to, connection, now);
    }
    disconnect(to);
    return SendResult.BACK_PRESSURED;
  }

  /**
   * Returns the result while there is no connection, or while the media driver has not answered.
   */
  private SendResult awaited(String to, PeerConnection connection, long now) {
    if (now - connection.opened <= unreachable) {
      return SendResult.BACK_PRESSURED;
    }
    disconnect(to);
    return SendResult.UNREACHABLE;
  }

  /** Handles incoming frames and returns how many there were. */
  int poll(FragmentHandler handler) {
    return subscription.poll(handler, FRAGMENTS);
  }

  /**
   * Closes connections that have not been used for a long time.
   *
   * @param now by the clock of Aeron's client, which is {@link System#nanoTime()} outside tests
   */
  void closeUnused(long now) {
    connections.values().removeIf(connection -> {
      if (now - connection.used <= UNUSED) {
        return false;
      }
      close(connection);
      return true;
    });
  }

  /**
   * Closes all connections; each is opened again when it is needed. Closing one writes to a file of
   * Aeron's, which may fail too; that one is left to Aeron, and the others are closed.
   */
  void disconnectAll() {
    var all = List.copyOf(connections.values());
    connections.clear();
    Throwable first = null;
    for (var connection : all) {
      try {
        close(connection);
      } catch (RuntimeException | InternalError e) {
        first = first == null ? e : first;
      }
    }
    if (first != null) {
      LOG.warn("Connections could not be closed and are left to Aeron", first);
    }
  }

  @Override
  public void disconnect(String to) {
    PeerConnection connection = connections.remove(to);
    if (connection != null) {
      close(connection);
    }
  }

  private @Nullable ExclusivePublication publication(PeerConnection connection) {
    if (connection.publication == null) {
      connection.publication = aeron.getExclusivePublication(connection.registration);
    }
    return connection.publication;
  }

  private void close(PeerConnection connection) {
    var publication = connection.publication;
    if (publication == null) {
      aeron.asyncRemovePublication(connection.registration);
    } else {
      publication.close();
    }
  }

  private String channel(String to) {
    return "aeron:udp?endpoint=" + to.substring(SCHEME.length()) + parameters;
  }
}
