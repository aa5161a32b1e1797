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
 * Fragmenter of messages that may be larger than Artery's limit, such as the statement about a
 * value with a hundred thousand refs. A {@link MessageReassembler} joins the fragments. Small
 * messages are left as they are. A lost fragment loses the whole message, which is then sent again
 * as any lost message is. One fragmenter serves one sender, on one thread.
 */
final class MessageFragmenter {
  /** Size of a fragment, and the size above which a message is fragmented. */
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

  /** Returns whether the message has to be fragmented. Costs a pass over its parts. */
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
      default -> 0; // no program decides how large these are
    };
  }

  private static long estimateBytes(List<ObjectStatement> statements) {
    long bytes = 0;
    for (var statement : statements) {
      bytes += statement.estimateBytes();
    }
    return bytes;
  }

  /** Splits a large message into at least one fragment. */
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
