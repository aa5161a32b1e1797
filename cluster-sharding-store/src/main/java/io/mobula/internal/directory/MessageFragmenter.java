package io.mobula.internal.directory;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Adapter;
import akka.serialization.Serialization;
import akka.serialization.SerializationExtension;
import akka.serialization.Serializers;
import io.mobula.internal.directory.DirectoryMessage.Batch;
import io.mobula.internal.directory.DirectoryMessage.Keep;
import io.mobula.internal.directory.DirectoryMessage.LocateReply;
import io.mobula.internal.directory.DirectoryMessage.MessageFragment;
import io.mobula.internal.directory.DirectoryMessage.ReconstructionDecision;
import io.mobula.internal.directory.DirectoryMessage.Snapshot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Cuts the messages of one participant that may be larger than Artery sends, such as what it says
 * of a value with a hundred thousand refs, into pieces, which a {@link MessageReassembler} joins.
 * Others stay as they are. A piece may be lost like any message; then all of it is said again. For
 * one thread.
 */
final class MessageFragmenter {
  /** From this size on a message is cut, and into pieces of this size. */
  static final int FRAGMENT_BYTES = 128 << 10;

  private final Serialization serialization;
  private final Participant self;
  private final long incarnation;
  private long serials;

  MessageFragmenter(ActorSystem<?> system, Participant self, long incarnation) {
    this.serialization = SerializationExtension.get(Adapter.toClassic(system));
    this.self = self;
    this.incarnation = incarnation;
  }

  /** Whether it has to be cut; costs a look at its parts. */
  static boolean isLarge(DirectoryMessage message) {
    return estimateBytes(message) > FRAGMENT_BYTES;
  }

  private static long estimateBytes(DirectoryMessage message) {
    return switch (message) {
      case Batch batch -> estimateBytes(batch.statements());
      case Snapshot part -> estimateBytes(part.statements());
      case LocateReply reply -> reply.outcome() == null ? 0 : reply.outcome().estimateBytes();
      case Keep keep ->
        (keep.outcome() == null ? 0 : keep.outcome().estimateBytes())
            + (keep.lineage() == null ? 0 : keep.lineage().reconstructionSpec().length);
      case ReconstructionDecision decision ->
        decision.reconstructionSpec() == null ? 0 : decision.reconstructionSpec().length;
      default -> 0; // of a size that nobody's program has a say in
    };
  }

  private static long estimateBytes(List<ObjectStatement> statements) {
    long bytes = 0;
    for (var statement : statements) {
      bytes += statement.estimateBytes();
    }
    return bytes;
  }

  /** The pieces of a large message, at least one. */
  List<MessageFragment> fragment(DirectoryMessage message) {
    var whole = serialization.serialize(message).get();
    var serializer = serialization.findSerializerFor(message);
    var manifest = Serializers.manifestFor(serializer, message);
    long serial = ++serials;
    int parts = Math.max(1, Math.ceilDiv(whole.length, FRAGMENT_BYTES));
    var fragments = new ArrayList<MessageFragment>(parts);
    for (int part = 0; part < parts; part++) {
      int from = part * FRAGMENT_BYTES;
      var bytes = Arrays.copyOfRange(whole, from, Math.min(whole.length, from + FRAGMENT_BYTES));
      fragments.add(new MessageFragment(
          self, incarnation, serial, part, parts, serializer.identifier(), manifest, bytes));
    }
    return fragments;
  }
}
