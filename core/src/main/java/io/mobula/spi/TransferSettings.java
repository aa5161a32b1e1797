package io.mobula.spi;

import akka.actor.typed.ActorSystem;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/**
 * Settings of an {@link ObjectTransfer}.
 *
 * @param source opens the objects of this node
 * @param transport carries the bytes
 * @param limits limits of the transfer
 */
public record TransferSettings(ObjectSource source, Transport transport, TransferLimits limits) {
  /** Refuses components that are null. */
  public TransferSettings {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(transport, "carrier");
    Objects.requireNonNull(limits, "limits");
  }

  /** Transport of the bytes. Two nodes need a common transport. */
  public sealed interface Transport {}

  /**
   * Aeron over unencrypted UDP, for loopback or trusted networks.
   *
   * @param host address to bind to and to be reached at; the kernel chooses the port
   * @param directory directory for the files of the media driver, which must not exist yet;
   *     {@code transfer} in the directory of the node's store, so that it is removed with the store
   *     when the process is killed
   * @param mtu maximum size of a datagram: a multiple of 32 from 1408 to 65504, or 0 for 65504 on
   *     loopback and 8192 elsewhere
   * @param buffer size of one term of a stream's log, a power of two from 64 KiB; a log takes three
   *     terms at each end
   */
  public record AeronTransport(String host, Path directory, int mtu, int buffer)
      implements Transport {
    /** Refuses values that Aeron would refuse. */
    public AeronTransport {
      Objects.requireNonNull(host, "host");
      Objects.requireNonNull(directory, "directory");
      if (mtu != 0 && (mtu < 1408 || mtu > 65504 || mtu % 32 != 0)) {
        throw new IllegalArgumentException(
            "A datagram of " + mtu + " bytes: a multiple of 32 from 1408 to 65504 is wanted, or 0");
      }
      if (buffer < 64 * 1024 || Integer.bitCount(buffer) != 1) {
        throw new IllegalArgumentException(
            "A term of " + buffer + " bytes: a power of two from 65536 is wanted");
      }
    }

    /** Returns a transport with the default datagrams and buffers. */
    public static AeronTransport at(String host, Path directory) {
      return new AeronTransport(host, directory, 0, 4 * 1024 * 1024);
    }
  }

  /**
   * Akka's own connections, encrypted if Akka's remoting is. The actor system must list the path of
   * this actor in {@code akka.remote.artery.large-message-destinations}.
   *
   * @param system actor system whose remoting is used
   * @param spawner starts the actor as a child of the node's guardian
   */
  public record ArteryTransport(ActorSystem<?> system, ActorSpawner spawner) implements Transport {
    /** Name of the actor that transfers objects. */
    public static final String ACTOR = "transfer";

    /** Refuses components that are null. */
    public ArteryTransport {
      Objects.requireNonNull(system, "system");
      Objects.requireNonNull(spawner, "spawner");
    }
  }

  /**
   * Aeron with Akka's own connections as fallback, mainly for the case that the file system of
   * Aeron's logs is full.
   */
  public record AeronWithFallback(AeronTransport aeron, ArteryTransport artery)
      implements Transport {
    /** Refuses components that are null. */
    public AeronWithFallback {
      Objects.requireNonNull(aeron, "aeron");
      Objects.requireNonNull(artery, "artery");
    }
  }

  /**
   * Limits of a transfer.
   *
   * @param maxPulls maximum number of concurrent pulls; further pulls wait
   * @param maxQueued maximum number of waiting pulls; a further pull fails
   * @param maxReaders maximum number of other nodes' pulls served at a time; others are told to ask
   *     later
   * @param windowBytes bytes that a pull has requested from one source and not yet received
   * @param silenceTimeout how long a source may be silent before other sources are asked for the
   *     same bytes
   * @param maxSilences number of consecutive silences after which a source is abandoned
   * @param stallTimeout how long a pull may receive nothing from any source before it fails
   */
  public record TransferLimits(
      int maxPulls,
      int maxQueued,
      int maxReaders,
      int windowBytes,
      Duration silenceTimeout,
      int maxSilences,
      Duration stallTimeout) {
    /** Default limits of a transfer. */
    public static final TransferLimits DEFAULT = new TransferLimits(
        16, 4096, 64, 4 * 1024 * 1024, Duration.ofSeconds(1), 8, Duration.ofSeconds(30));

    /** Refuses values that are not positive. */
    public TransferLimits {
      if (maxPulls < 1
          || maxQueued < 0
          || maxReaders < 1
          || windowBytes < 64 * 1024
          || maxSilences < 1) {
        throw new IllegalArgumentException(
            "Limits of a transfer: " + maxPulls + " pulls, " + maxQueued
                + " waiting, " + maxReaders + " readers, a window of " + windowBytes + " bytes, "
                + maxSilences
                + " strikes; at least 1, 0, 1, 65536 and 1 are wanted");
      }
      if (!silenceTimeout.isPositive() || stallTimeout.compareTo(silenceTimeout) < 0) {
        throw new IllegalArgumentException("A pull that stalls after " + stallTimeout
            + " with a silence timeout of " + silenceTimeout);
      }
    }
  }
}
