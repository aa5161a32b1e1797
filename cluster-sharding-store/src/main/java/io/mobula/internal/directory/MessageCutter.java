package io.mobula.internal.directory;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Adapter;
import akka.serialization.Serialization;
import akka.serialization.SerializationExtension;
import akka.serialization.Serializers;
import io.mobula.internal.directory.DirectoryMessage.Batch;
import io.mobula.internal.directory.DirectoryMessage.Found;
import io.mobula.internal.directory.DirectoryMessage.Keep;
import io.mobula.internal.directory.DirectoryMessage.Piece;
import io.mobula.internal.directory.DirectoryMessage.Ruling;
import io.mobula.internal.directory.DirectoryMessage.Snapshot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Cuts the messages of one participant that may be larger than Artery sends, such as what it says
 * of a value with a hundred thousand refs, into pieces, which a {@link PieceTable} joins. Others
 * stay as they are. A piece may be lost like any message; then all of it is said again. For one
 * thread.
 */
final class MessageCutter {
  /** From this size on a message is cut, and into pieces of this size. */
  static final int PIECE = 128 << 10;

  private final Serialization serialization;
  private final Participant self;
  private final long incarnation;
  private long serials;

  MessageCutter(ActorSystem<?> system, Participant self, long incarnation) {
    this.serialization = SerializationExtension.get(Adapter.toClassic(system));
    this.self = self;
    this.incarnation = incarnation;
  }

  /** Whether it has to be cut; costs a look at its parts. */
  static boolean isLarge(DirectoryMessage message) {
    return roughBytes(message) > PIECE;
  }

  private static long roughBytes(DirectoryMessage message) {
    return switch (message) {
      case Batch batch -> roughBytes(batch.units());
      case Snapshot part -> roughBytes(part.units());
      case Found found -> found.outcome() == null ? 0 : found.outcome().roughBytes();
      case Keep keep ->
        (keep.outcome() == null ? 0 : keep.outcome().roughBytes())
            + (keep.lineage() == null ? 0 : keep.lineage().recipe().length);
      case Ruling ruling -> ruling.recipe() == null ? 0 : ruling.recipe().length;
      default -> 0; // of a size that nobody's program has a say in
    };
  }

  private static long roughBytes(List<Unit> units) {
    long bytes = 0;
    for (var unit : units) {
      bytes += unit.roughBytes();
    }
    return bytes;
  }

  /** The pieces of a large message, at least one. */
  List<Piece> cut(DirectoryMessage message) {
    var whole = serialization.serialize(message).get();
    var serializer = serialization.findSerializerFor(message);
    var manifest = Serializers.manifestFor(serializer, message);
    long serial = ++serials;
    int parts = Math.max(1, Math.ceilDiv(whole.length, PIECE));
    var pieces = new ArrayList<Piece>(parts);
    for (int part = 0; part < parts; part++) {
      int from = part * PIECE;
      var bytes = Arrays.copyOfRange(whole, from, Math.min(whole.length, from + PIECE));
      pieces.add(new Piece(
          self, incarnation, serial, part, parts, serializer.identifier(), manifest, bytes));
    }
    return pieces;
  }
}
