package io.mobula.spi;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/**
 * What an {@link ObjectTransfer} is started with.
 *
 * @param source opens the objects of this node
 * @param transport what the bytes ride on
 * @param limits what bounds it
 */
public record TransferSettings(ObjectSource source, Transport transport, TransferLimits limits) {
  /** Refuses nulls. */
  public TransferSettings {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(transport, "carrier");
    Objects.requireNonNull(limits, "limits");
  }

  /** What the bytes ride on. Two nodes must have one in common. */
  public sealed interface Transport {}

  /**
   * UDP in clear text: for loopback, or where the network is trusted.
   *
   * @param host the address to bind and to be reached at; the port is the kernel's choice
   * @param directory where the media driver keeps its files: not there yet; {@code transfer} in the
   *     directory of the node's store, so that it goes with that when the process is killed
   * @param mtu the most bytes of one datagram: a multiple of 32 from 1408 to 65504, or 0 for 65504
   *     on loopback and 8192 elsewhere
   * @param buffer bytes of one term of a stream's log, a power of two from 64 KiB; a stream's log
   *     takes three at each end
   */
  public record AeronTransport(String host, Path directory, int mtu, int buffer)
      implements Transport {
    /** Refuses what Aeron would. */
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

    /** With the usual datagrams and buffers. */
    public static AeronTransport at(String host, Path directory) {
      return new AeronTransport(host, directory, 0, 4 * 1024 * 1024);
    }
  }

  /**
   * Akka's own connections, encrypted if they are: the actor system must list the path of this
   * actor among {@code akka.remote.artery.large-message-destinations}.
   *
   * @param system whose remoting it uses
   * @param spawner makes the one actor, as a child of the node's guardian
   */
  public record ArteryTransport(ActorSystem<?> system, Spawner spawner) implements Transport {
    /** The name of the actor. */
    public static final String ACTOR = "transfer";

    /** Refuses nulls. */
    public ArteryTransport {
      Objects.requireNonNull(system, "system");
      Objects.requireNonNull(spawner, "spawner");
    }
  }

  /**
   * Aeron, and Akka's own connections where that fails: when the file system of Aeron's logs is
   * full, above all.
   */
  public record AeronWithFallback(AeronTransport aeron, ArteryTransport artery)
      implements Transport {
    /** Refuses nulls. */
    public AeronWithFallback {
      Objects.requireNonNull(aeron, "aeron");
      Objects.requireNonNull(artery, "artery");
    }
  }

  /** Makes an actor under a name. Safe for the thread that starts the transfer. */
  public interface Spawner {
    /** Starts it and returns its ref. */
    <T> ActorRef<T> spawn(Behavior<T> behavior, String name);
  }

  /**
   * What bounds a transfer.
   *
   * @param maxPulls how many run at a time; others wait
   * @param maxQueued how many may wait; one more fails
   * @param maxReaders how many pulls of others are served at a time; others are told to ask later
   * @param windowBytes how many bytes a pull has asked one source for and not got yet
   * @param silenceTimeout how long a source may be silent before others are asked for the same
   * @param maxSilences after how many silences in a row a source is given up
   * @param stallTimeout how long a pull may get nothing from anybody before it fails
   */
  public record TransferLimits(
      int maxPulls,
      int maxQueued,
      int maxReaders,
      int windowBytes,
      Duration silenceTimeout,
      int maxSilences,
      Duration stallTimeout) {
    /** The usual ones. */
    public static final TransferLimits DEFAULT = new TransferLimits(
        16, 4096, 64, 4 * 1024 * 1024, Duration.ofSeconds(1), 8, Duration.ofSeconds(30));

    /** Refuses what is not positive. */
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
        throw new IllegalArgumentException(
            "A pull that stalls after " + stallTimeout + " with a patience of " + silenceTimeout);
      }
    }
  }
}
