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
 * @param carrier what the bytes ride on
 * @param limits what bounds it
 */
public record TransferSettings(ObjectSource source, Carrier carrier, Limits limits) {
  /** Refuses nulls. */
  public TransferSettings {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(carrier, "carrier");
    Objects.requireNonNull(limits, "limits");
  }

  /** What the bytes ride on. Two nodes must have one in common. */
  public sealed interface Carrier {}

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
  public record Aeron(String host, Path directory, int mtu, int buffer) implements Carrier {
    /** Refuses what Aeron would. */
    public Aeron {
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
    public static Aeron at(String host, Path directory) {
      return new Aeron(host, directory, 0, 4 * 1024 * 1024);
    }
  }

  /**
   * Akka's own connections, encrypted if they are: the actor system must list the path of this
   * actor among {@code akka.remote.artery.large-message-destinations}.
   *
   * @param system whose remoting it uses
   * @param spawner makes the one actor, as a child of the node's guardian
   */
  public record Artery(ActorSystem<?> system, Spawner spawner) implements Carrier {
    /** The name of the actor. */
    public static final String ACTOR = "transfer";

    /** Refuses nulls. */
    public Artery {
      Objects.requireNonNull(system, "system");
      Objects.requireNonNull(spawner, "spawner");
    }
  }

  /**
   * Aeron, and Akka's own connections where that fails: when the file system of Aeron's logs is
   * full, above all.
   */
  public record AeronOrArtery(Aeron aeron, Artery artery) implements Carrier {
    /** Refuses nulls. */
    public AeronOrArtery {
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
   * @param pulls how many run at a time; others wait
   * @param waiting how many may wait; one more fails
   * @param readers how many pulls of others are served at a time; others are told to ask later
   * @param window how many bytes a pull has asked one source for and not got yet
   * @param patience how long a source may be silent before others are asked for the same
   * @param strikes after how many silences in a row a source is given up
   * @param stall how long a pull may get nothing from anybody before it fails
   */
  public record Limits(
      int pulls,
      int waiting,
      int readers,
      int window,
      Duration patience,
      int strikes,
      Duration stall) {
    /** The usual ones. */
    public static final Limits USUAL =
        new Limits(16, 4096, 64, 4 * 1024 * 1024, Duration.ofSeconds(1), 8, Duration.ofSeconds(30));

    /** Refuses what is not positive. */
    public Limits {
      if (pulls < 1 || waiting < 0 || readers < 1 || window < 64 * 1024 || strikes < 1) {
        throw new IllegalArgumentException("Limits of a transfer: " + pulls + " pulls, " + waiting
            + " waiting, " + readers + " readers, a window of " + window + " bytes, " + strikes
            + " strikes; at least 1, 0, 1, 65536 and 1 are wanted");
      }
      if (!patience.isPositive() || stall.compareTo(patience) < 0) {
        throw new IllegalArgumentException(
            "A pull that stalls after " + stall + " with a patience of " + patience);
      }
    }
  }
}
