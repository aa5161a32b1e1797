package io.mobula.internal.directory;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Adapter;
import akka.serialization.Serialization;
import akka.serialization.SerializationExtension;
import io.mobula.internal.directory.DirectoryMessage.Piece;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Joins messages that a {@link MessageCutter} has cut. Of each sender it has one at most: a later
 * message takes the place of one that has lost a piece, which is said again. What gets no piece for
 * some time is dropped, as its sender may be gone. For one thread.
 */
final class PieceTable {
  /** What is larger is dropped: lanes have the same bound, so nothing of that size gets here. */
  static final long MOST_BYTES = 256L << 20;

  static final long PATIENCE_MILLIS = 30_000;

  private static final Logger LOG = LoggerFactory.getLogger(PieceTable.class);

  private final Serialization serialization;
  private final Map<Sender, Begun> begun = new HashMap<>();

  private record Sender(Participant who, long incarnation) {}

  private static final class Begun {
    final long serial;
    final int parts;
    final SortedMap<Integer, byte[]> come = new TreeMap<>();
    long latest;

    Begun(Piece first) {
      this.serial = first.serial();
      this.parts = first.parts();
    }

    /** Whether all have come now. */
    boolean add(Piece piece, long now) {
      latest = now;
      come.put(piece.part(), piece.bytes());
      return come.size() == parts;
    }

    byte[] join() {
      var whole = new byte[come.values().stream().mapToInt(part -> part.length).sum()];
      int at = 0;
      for (var part : come.values()) {
        System.arraycopy(part, 0, whole, at, part.length);
        at += part.length;
      }
      return whole;
    }
  }

  PieceTable(ActorSystem<?> system) {
    this.serialization = SerializationExtension.get(Adapter.toClassic(system));
  }

  /** The message whose last piece this is, or null. */
  @Nullable
  DirectoryMessage add(Piece piece, long now) {
    begun.values().removeIf(each -> each.latest + PATIENCE_MILLIS <= now);
    if (!piece.isSound() || piece.parts() * (long) MessageCutter.PIECE > MOST_BYTES) {
      return null;
    }
    var sender = new Sender(piece.from(), piece.incarnation());
    var present = begun.get(sender);
    if (present != null && piece.serial() < present.serial) {
      return null; // it is late, and its message will be said again
    }
    if (present == null || present.serial != piece.serial() || present.parts != piece.parts()) {
      present = new Begun(piece);
      begun.put(sender, present);
    }
    if (!present.add(piece, now)) {
      return null;
    }
    begun.remove(sender);
    return read(present.join(), piece);
  }

  /** Null where the bytes are no message: it counts as lost, and is said again. */
  private @Nullable DirectoryMessage read(byte[] whole, Piece last) {
    var read = serialization.deserialize(whole, last.serializer(), last.manifest());
    if (read.isSuccess() && read.get() instanceof DirectoryMessage message) {
      return message;
    }
    LOG.warn(
        "A message of {} to the directory in {} pieces cannot be read: {}",
        last.from(),
        last.parts(),
        read.isSuccess() ? "it is none" : read.failed().get().toString());
    return null;
  }

  /** How many messages have begun. */
  int size() {
    return begun.size();
  }
}
