package io.mobula.internal.directory;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.spi.Lineage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Statement of a participant about one object. It is applied as a whole or not at all, so that
 * adding one holder and removing another is one step.
 *
 * @param id the object
 * @param version version of this participant's state of the object
 * @param hold whether the participant holds the object, and since which version
 * @param localState what the participant has of the object
 * @param extras facts beside the state, repeated until they are acknowledged
 */
record ObjectStatement(ObjectId id, long version, Hold hold, LocalState localState, Extras extras) {
  private static final int PLAIN_BYTES = 200;
  private static final int ID_BYTES = 40;

  /** Shares one instance of empty parts, because there is one statement for every held object. */
  ObjectStatement {
    localState = localState.equals(LocalState.NOTHING) ? LocalState.NOTHING : localState;
    extras = extras.isEmpty() ? Extras.NOTHING : extras;
  }

  /** State of a hold, and the version since which it has that state. */
  record Hold(long version, boolean held) {}

  /**
   * Local state of an object at a node.
   *
   * @param copy copy in the node's store, or null
   * @param attemptInProgress attempt that the node runs, or zero
   * @param keepsFacts whether the node keeps an outcome or lineage
   * @param highestSeenAttempt highest attempt that the node has heard of
   */
  record LocalState(
      @Nullable Copy copy, int attemptInProgress, boolean keepsFacts, int highestSeenAttempt) {
    static final LocalState NOTHING = new LocalState(null, 0, false, 0);

    boolean isEmpty() {
      return copy == null && attemptInProgress == 0 && !keepsFacts;
    }

    int highestAttempt() {
      int sealed = copy == null ? 0 : copy.attempt();
      return Math.max(sealed, Math.max(attemptInProgress, highestSeenAttempt));
    }
  }

  /** Copy in a node's store. */
  record Copy(int attempt, long bytes, boolean primary) {}

  /**
   * Facts that are not part of the participant's state.
   *
   * @param vouched holds of other nodes, passed on
   * @param outcome outcome of the object, unless the shard has it already
   * @param lineage lineage of the object, unless the shard has it already
   * @param notReconstructibleReason why the object cannot be reconstructed, unless the shard has it
   *     already; absent from statements of older releases
   * @param transits holds for refs on their way
   * @param arrived transits that have ended
   */
  record Extras(
      List<RelayedHold> vouched,
      @Nullable Outcome outcome,
      @Nullable Lineage lineage,
      @Nullable String notReconstructibleReason,
      List<TransitHold> transits,
      List<Long> arrived) {
    static final Extras NOTHING = new Extras(List.of(), null, null, null, List.of(), List.of());

    private boolean isEmpty() {
      return !hasFacts() && vouched.isEmpty() && transits.isEmpty() && arrived.isEmpty();
    }

    boolean hasFacts() {
      return outcome != null || lineage != null || notReconstructibleReason != null;
    }
  }

  /** Facts about an object that never change once they are known; null while unknown. */
  record ObjectFacts(
      @Nullable Outcome outcome,
      @Nullable Lineage lineage,
      @Nullable String notReconstructibleReason) {
    static final ObjectFacts NONE = new ObjectFacts(null, null, null);
  }

  /** Hold of another node, passed on by this participant. */
  record RelayedHold(NodeId node, Hold hold) {}

  /** Hold that ends by itself. */
  record TransitHold(long token, long millisLeft) {}

  /**
   * Outcome of an attempt to produce an object.
   *
   * @param attempt which attempt of the task produced it
   * @param kind where the bytes are, and whether they are a failure
   * @param encoded the bytes; empty if the object is sealed
   * @param contains objects whose refs are inside
   */
  @SuppressWarnings("ArrayRecordComponent") // the bytes are passed on and never compared
  record Outcome(int attempt, Kind kind, byte[] encoded, List<ObjectId> contains) {

    /** Place of the bytes of an outcome. */
    enum Kind {
      /** The bytes are in the stores of nodes. */
      SEALED,
      /** The bytes are in this outcome. */
      VALUE,
      /** The bytes are in this outcome and are a failure. */
      FAILURE
    }

    boolean isInline() {
      return kind != Kind.SEALED;
    }

    /** Returns an upper estimate of the encoded size. */
    long estimateBytes() {
      return encoded.length + (long) ID_BYTES * contains.size();
    }
  }

  /** Returns an upper estimate of the encoded size. */
  long estimateBytes() {
    long bytes = PLAIN_BYTES
        + 80L * extras.vouched().size()
        + 50L * extras.transits().size()
        + 12L * extras.arrived().size();
    if (extras.outcome() != null) {
      bytes += extras.outcome().estimateBytes();
    }
    if (extras.lineage() != null) {
      bytes += extras.lineage().reconstructionSpec().length
          + (long) ID_BYTES * extras.lineage().upstream().size();
    }
    if (extras.notReconstructibleReason() != null) {
      bytes += 3L * extras.notReconstructibleReason().length();
    }
    return bytes;
  }
}
