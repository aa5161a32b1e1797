package io.mobula.internal.directory;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.cluster.ControlMessage;
import io.mobula.spi.Lineage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What participants and shards of the directory tell each other. Any may be lost, repeated or late.
 */
sealed interface DirectoryMessage extends ControlMessage {

  /** To a shard. */
  sealed interface ToShard extends DirectoryMessage, DirectoryEntity.Command {}

  /** To a participant, which may be a shard. */
  sealed interface ToParticipant extends DirectoryMessage, DirectoryAgent.Command {}

  /** Says which shard it is of. */
  sealed interface FromShard {
    /** Its number. */
    int shard();
  }

  /**
   * A piece of a message that is too large for one of Akka's.
   *
   * @param from who sends the message
   * @param incarnation its incarnation
   * @param serial counts the messages that it has cut
   * @param part from zero
   * @param parts how many there are
   * @param serializer of the message, as Akka knows it
   * @param manifest the same
   * @param bytes of this piece
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes are handed on, never compared
  record MessageFragment(
      Participant from,
      long incarnation,
      long serial,
      int part,
      int parts,
      int serializer,
      String manifest,
      byte[] bytes)
      implements ControlMessage, DirectoryEntity.Command, DirectoryAgent.Command {
    /** Whether its numbers make sense. */
    boolean isValid() {
      return part >= 0 && part < parts && bytes.length <= MessageFragmenter.FRAGMENT_BYTES;
    }
  }

  /**
   * Statements.
   *
   * @param from who makes them
   * @param incarnation its incarnation
   * @param shardIncarnation which incarnation of the shard it has given its snapshot to; zero for
   *     none
   * @param floor that incarnation knows all of the participant's statements up to this version
   * @param statements of one shard
   */
  record Batch(
      Participant from,
      long incarnation,
      long shardIncarnation,
      long floor,
      List<ObjectStatement> statements)
      implements ToShard {}

  /**
   * One part of all that a participant has to say to a shard.
   *
   * @param from who says it
   * @param incarnation its incarnation
   * @param request the request
   * @param serial counts this participant's snapshots: parts of two are never mixed
   * @param version what is not in it is nothing, as of this version
   * @param part from zero
   * @param parts how many there are
   * @param statements of this part
   */
  record Snapshot(
      Participant from,
      long incarnation,
      SnapshotRequest request,
      long serial,
      long version,
      int part,
      int parts,
      List<ObjectStatement> statements)
      implements ToShard {}

  /**
   * What the shard should know of a participant that has no unacknowledged statement.
   *
   * @param shardIncarnation as in a batch
   * @param version all of its statements up to this one are acknowledged
   * @param count of objects it has said something about that is not nothing
   * @param hash over their ids and versions, in no order
   */
  record Digest(
      Participant from, long incarnation, long shardIncarnation, long version, int count, long hash)
      implements ToShard {}

  /**
   * Where is it? Repeated until answered.
   *
   * @param lostAttempt which attempt is known to have been at a node that has left, or zero
   */
  record Locate(NodeId from, ObjectId id, int lostAttempt) implements ToShard {}

  /** May I make it again? Repeated until answered. */
  record RequestReconstruction(NodeId from, ObjectId id, int lostAttempt) implements ToShard {}

  /** These are known, up to these versions, to this incarnation of the shard. */
  record Ack(int shard, long incarnation, List<AckedVersion> versions)
      implements ToParticipant, ToShard, FromShard {
    /** One object's state of one version. */
    record AckedVersion(ObjectId id, long version) {}
  }

  /** Say all that there is to say to this shard. */
  record SnapshotRequest(int shard, long incarnation, long nonce)
      implements ToParticipant, ToShard, FromShard {}

  /** Nobody holds it, if this is still the version of your state of it. */
  record Free(int shard, long incarnation, ObjectId id, long version)
      implements ToParticipant, FromShard {}

  /**
   * A question has been heard and takes its time.
   *
   * @param shard who says so
   * @param id what was asked about
   * @param awaited some of the nodes that have to answer first, as the shard has just started;
   *     empty if it knows all there is to know, and waits for the object
   */
  record QueryReceived(int shard, ObjectId id, List<NodeId> awaited)
      implements ToParticipant, FromShard {
    public QueryReceived {
      awaited = List.copyOf(awaited);
    }
  }

  /** Another attempt has been accepted. */
  record Refused(int shard, long incarnation, ObjectId id, int attempt, int accepted)
      implements ToParticipant, FromShard {}

  /**
   * Whoever told this of an object has left, and nobody else could tell it to a shard that starts
   * anew: keep it from now on, and tell it. Repeated until the receiver says that it knows of it.
   *
   * @param outcome what became of the object, if its bytes are here
   * @param lineage how it is made, if that is known
   * @param notReconstructibleReason why it is not made again, if that is known
   */
  record Keep(
      int shard,
      long incarnation,
      ObjectId id,
      ObjectStatement.@Nullable Outcome outcome,
      @Nullable Lineage lineage,
      @Nullable String notReconstructibleReason)
      implements ToParticipant, FromShard {}

  /**
   * Where it is.
   *
   * @param nodes who has it, if it is sealed
   * @param bytes its size, if it is sealed
   * @param outcome if it is here
   * @param loss if it is nowhere
   */
  record LocateReply(
      ObjectId id,
      int attempt,
      List<NodeId> nodes,
      long bytes,
      ObjectStatement.@Nullable Outcome outcome,
      @Nullable Loss loss)
      implements ToParticipant {
    /** Why it is nowhere, and whether it may be made again. */
    record Loss(String reason, boolean reconstructible) {}
  }

  /**
   * What came of a wish to rebuild.
   *
   * @param verdict which of the others is there
   * @param attempt if granted
   * @param reconstructionSpec if granted
   * @param producer if somebody else makes it
   * @param reason if impossible
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes are handed on, never compared
  record ReconstructionDecision(
      int shard,
      long incarnation,
      ObjectId id,
      Verdict verdict,
      int attempt,
      byte @Nullable [] reconstructionSpec,
      @Nullable NodeId producer,
      @Nullable String reason)
      implements ToParticipant, FromShard {
    /** The four answers. */
    enum Verdict {
      GRANTED,
      IN_PROGRESS,
      NOT_NEEDED,
      IMPOSSIBLE
    }
  }
}
