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
 * @param claim what it has of it
 * @param with what is said besides; repeated until it is acknowledged
 */
record Unit(ObjectId id, long version, Hold hold, Claim claim, Besides with) {
  private static final int PLAIN_BYTES = 200;
  private static final int ID_BYTES = 40;

  /** What has nothing to tell shares one instance: there is one for every object that is held. */
  Unit {
    claim = claim.equals(Claim.NOTHING) ? Claim.NOTHING : claim;
    with = with.isNothing() ? Besides.NOTHING : with;
  }

  /** Whether an object is held, as of a version. */
  record Hold(long version, boolean held) {}

  /**
   * What a node has of an object.
   *
   * @param copy sealed there
   * @param making the attempt it works on, or zero
   * @param knows whether it keeps a value or lineage
   * @param heardOf the highest attempt it has heard of
   */
  record Claim(@Nullable Copy copy, int making, boolean knows, int heardOf) {
    static final Claim NOTHING = new Claim(null, 0, false, 0);

    boolean nothing() {
      return copy == null && making == 0 && !knows;
    }

    int highestAttempt() {
      int sealed = copy == null ? 0 : copy.attempt();
      return Math.max(sealed, Math.max(making, heardOf));
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
   * @param madeOnce why it is not made again, unless the shard has it already; not in what older
   *     releases say
   * @param transits holds for refs on their way
   * @param arrived transits that have ended
   */
  record Besides(
      List<Vouched> vouched,
      @Nullable Outcome outcome,
      @Nullable Lineage lineage,
      @Nullable String madeOnce,
      List<Transit> transits,
      List<Long> arrived) {
    static final Besides NOTHING = new Besides(List.of(), null, null, null, List.of(), List.of());

    private boolean isNothing() {
      return !hasFacts() && vouched.isEmpty() && transits.isEmpty() && arrived.isEmpty();
    }

    boolean hasFacts() {
      return outcome != null || lineage != null || madeOnce != null;
    }
  }

  /** What never changes of an object once it is known; null where it is not known yet. */
  record Facts(
      @Nullable Outcome outcome,
      @Nullable Lineage lineage,
      @Nullable String madeOnce) {
    static final Facts NONE = new Facts(null, null, null);
  }

  /** Another node's hold. */
  record Vouched(NodeId node, Hold hold) {}

  /** A hold that ends by itself. */
  record Transit(long token, long millisLeft) {}

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

    boolean inline() {
      return kind != Kind.SEALED;
    }

    /** About how many bytes it takes in a message, rather more than less. */
    long roughBytes() {
      return encoded.length + (long) ID_BYTES * contains.size();
    }
  }

  /** About how many bytes it takes in a message, rather more than less. */
  long roughBytes() {
    long bytes = PLAIN_BYTES
        + 80L * with.vouched().size()
        + 50L * with.transits().size()
        + 12L * with.arrived().size();
    if (with.outcome() != null) {
      bytes += with.outcome().roughBytes();
    }
    if (with.lineage() != null) {
      bytes += with.lineage().recipe().length
          + (long) ID_BYTES * with.lineage().upstream().size();
    }
    if (with.madeOnce() != null) {
      bytes += 3L * with.madeOnce().length();
    }
    return bytes;
  }
}
