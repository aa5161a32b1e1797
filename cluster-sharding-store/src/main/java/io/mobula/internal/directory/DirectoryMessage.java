package io.mobula.internal.directory;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.cluster.ControlMessage;
import io.mobula.spi.Lineage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Messages between participants and shards of the directory. Any of them may be lost, repeated or
 * late.
 */
sealed interface DirectoryMessage extends ControlMessage {

  /** Message that a shard receives. */
  sealed interface ToShard extends DirectoryMessage, DirectoryEntity.Command {}

  /** Message that a participant receives; the participant may be a shard. */
  sealed interface ToParticipant extends DirectoryMessage, DirectoryAgent.Command {}

  /** Message that names the shard that sent it. */
  sealed interface FromShard {
    /** Returns the number of the sending shard. */
    int shard();
  }

  /**
   * Fragment of a message that is too large for one Akka message.
   *
   * @param from the sender of the message
   * @param incarnation incarnation of the sender
   * @param serial number of the message among those that the sender has fragmented
   * @param part index of the fragment, from zero
   * @param parts number of fragments
   * @param serializer Akka's identifier of the message's serializer
   * @param manifest the message's manifest for that serializer
   * @param bytes bytes of this fragment
   */
  @SuppressWarnings("ArrayRecordComponent") // the bytes are passed on and never compared
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
    /** Returns whether index and size of the fragment are in range. */
    boolean isValid() {
      return part >= 0 && part < parts && bytes.length <= MessageFragmenter.FRAGMENT_BYTES;
    }
  }

  /**
   * Batch of statements about objects of one shard.
   *
   * @param from the participant that makes the statements
   * @param incarnation incarnation of the participant
   * @param shardIncarnation incarnation of the shard that the participant sent its snapshot to;
   *     zero for none
   * @param floor that incarnation knows all statements of the participant up to this version
   * @param statements the statements
   */
  record Batch(
      Participant from,
      long incarnation,
      long shardIncarnation,
      long floor,
      List<ObjectStatement> statements)
      implements ToShard {}

  /**
   * Part of a snapshot: of everything that a participant states about objects of one shard.
   *
   * @param from the participant
   * @param incarnation incarnation of the participant
   * @param request the request that this snapshot answers
   * @param serial number of the snapshot; parts of two snapshots are never mixed
   * @param version version of the snapshot: the participant has nothing of objects that are not in
   *     it
   * @param part index of the part, from zero
   * @param parts number of parts
   * @param statements statements of this part
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
      implements ToShard {
    /** Refuses a part outside the snapshot: such a message is incomplete. */
    public Snapshot {
      if (part < 0 || part >= parts) {
        throw new IllegalArgumentException(
            "Part " + part + " of a snapshot of " + parts + " parts: wanted 0 to " + (parts - 1));
      }
    }
  }

  /**
   * Digest of what the shard should know of a participant, sent when all statements are
   * acknowledged.
   *
   * @param shardIncarnation as in a batch
   * @param version all statements up to this version are acknowledged
   * @param count number of objects about which the participant has stated something
   * @param hash hash over their ids and versions, independent of the order
   */
  record Digest(
      Participant from, long incarnation, long shardIncarnation, long version, int count, long hash)
      implements ToShard {}

  /**
   * Query for the location of an object. Repeated until it is answered.
   *
   * @param lostAttempt an attempt known to have been at a node that has left, or zero
   */
  record Locate(NodeId from, ObjectId id, int lostAttempt) implements ToShard {}

  /** Request to reconstruct an object. Repeated until it is answered. */
  record RequestReconstruction(NodeId from, ObjectId id, int lostAttempt) implements ToShard {}

  /**
   * Acknowledgement that this incarnation of the shard knows the objects' states up to these
   * versions.
   */
  record Ack(int shard, long incarnation, List<AckedVersion> versions)
      implements ToParticipant, ToShard, FromShard {
    /** Acknowledged version of the state of one object. */
    record AckedVersion(ObjectId id, long version) {}
  }

  /** Request for a snapshot of everything that the participant states to this shard. */
  record SnapshotRequest(int shard, long incarnation, long nonce)
      implements ToParticipant, ToShard, FromShard {}

  /**
   * Notification that no participant holds the object. It applies only if the receiver's state of
   * the object still has this version.
   */
  record Free(int shard, long incarnation, ObjectId id, long version)
      implements ToParticipant, FromShard {}

  /**
   * Notification that a query has been received and cannot be answered yet.
   *
   * @param shard the shard that received the query
   * @param id the object that was asked about
   * @param awaited some of the nodes whose snapshots a newly started shard still waits for; empty
   *     if the shard has all snapshots and waits for the object
   */
  record QueryReceived(int shard, ObjectId id, List<NodeId> awaited)
      implements ToParticipant, FromShard {
    public QueryReceived {
      awaited = List.copyOf(awaited);
    }
  }

  /**
   * Notification that another attempt of the object has been accepted, so that the receiver's copy
   * is dropped.
   */
  record Refused(int shard, long incarnation, ObjectId id, int attempt, int accepted)
      implements ToParticipant, FromShard {}

  /**
   * Request to keep facts about an object and to state them from now on. The participant that
   * stated them has left, so no other participant could state them to a shard that starts anew.
   * Repeated until the receiver states that it keeps them.
   *
   * @param outcome the outcome, if the shard has the bytes
   * @param lineage the lineage, if it is known
   * @param notReconstructibleReason why the object cannot be reconstructed, if that is known
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
   * Location of an object, or the reason for its loss.
   *
   * @param nodes nodes with a copy, if the object is sealed
   * @param bytes size, if the object is sealed
   * @param outcome the outcome, if its bytes are in the directory
   * @param loss the loss, if the object is lost
   */
  record LocateReply(
      ObjectId id,
      int attempt,
      List<NodeId> nodes,
      long bytes,
      ObjectStatement.@Nullable Outcome outcome,
      @Nullable Loss loss)
      implements ToParticipant {
    /** Reason for a loss, and whether the object can be reconstructed. */
    record Loss(String reason, boolean reconstructible) {}
  }

  /**
   * Decision about a request to reconstruct an object.
   *
   * @param verdict kind of the decision; says which other components are set
   * @param attempt the attempt to run, if granted
   * @param reconstructionSpec encoded task to run, if granted
   * @param producer the node that runs an attempt, if one is in progress
   * @param reason for people, if impossible
   */
  @SuppressWarnings("ArrayRecordComponent") // the bytes are passed on and never compared
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
    /** Kinds of a decision about reconstruction. */
    enum Verdict {
      GRANTED,
      IN_PROGRESS,
      NOT_NEEDED,
      IMPOSSIBLE
    }
  }
}
