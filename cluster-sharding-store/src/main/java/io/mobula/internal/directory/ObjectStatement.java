package io.mobula.internal.directory;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.spi.Lineage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that a participant says about one object: applied as a whole or not at all, so that adding a
 * holder and taking another away is one step.
 *
 * @param id the object
 * @param version of this participant's state of it
 * @param hold whether it holds the object, with the version at which that began to be so
 * @param localState what it has of it
 * @param extras what is said besides; repeated until it is acknowledged
 */
record ObjectStatement(ObjectId id, long version, Hold hold, LocalState localState, Extras extras) {
  private static final int PLAIN_BYTES = 200;
  private static final int ID_BYTES = 40;

  /** What has nothing to tell shares one instance: there is one for every object that is held. */
  ObjectStatement {
    localState = localState.equals(LocalState.NOTHING) ? LocalState.NOTHING : localState;
    extras = extras.isEmpty() ? Extras.NOTHING : extras;
  }

  /** Whether an object is held, as of a version. */
  record Hold(long version, boolean held) {}

  /**
   * What a node has of an object.
   *
   * @param copy sealed there
   * @param attemptInProgress the attempt it works on, or zero
   * @param keepsFacts whether it keeps a value or lineage
   * @param highestSeenAttempt the highest attempt it has heard of
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

  /** A copy in a node's store. */
  record Copy(int attempt, long bytes, boolean primary) {}

  /**
   * What is not state of the participant.
   *
   * @param vouched others' holds
   * @param outcome what became of the object, unless the shard has it already
   * @param lineage how it is made, unless the shard has it already
   * @param notReconstructibleReason why it is not made again, unless the shard has it already; not
   *     in what older releases say
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

  /** What never changes of an object once it is known; null where it is not known yet. */
  record ObjectFacts(
      @Nullable Outcome outcome,
      @Nullable Lineage lineage,
      @Nullable String notReconstructibleReason) {
    static final ObjectFacts NONE = new ObjectFacts(null, null, null);
  }

  /** Another node's hold. */
  record RelayedHold(NodeId node, Hold hold) {}

  /** A hold that ends by itself. */
  record TransitHold(long token, long millisLeft) {}

  /**
   * What became of an object.
   *
   * @param attempt which run of its task made it
   * @param kind what it is
   * @param encoded its bytes; empty if it is sealed
   * @param contains the objects whose refs are inside
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes are handed on, never compared
  record Outcome(int attempt, Kind kind, byte[] encoded, List<ObjectId> contains) {

    /** Where its bytes are. */
    enum Kind {
      /** In the stores of nodes. */
      SEALED,
      /** Here. */
      VALUE,
      /** Here, and they tell of a failure. */
      FAILURE
    }

    boolean isInline() {
      return kind != Kind.SEALED;
    }

    /** About how many bytes it takes in a message, rather more than less. */
    long estimateBytes() {
      return encoded.length + (long) ID_BYTES * contains.size();
    }
  }

  /** About how many bytes it takes in a message, rather more than less. */
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
