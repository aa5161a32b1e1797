package io.mobula.internal.directory;

import io.mobula.ObjectId;
import io.mobula.internal.directory.ObjectStatement.Hold;
import io.mobula.internal.directory.ObjectStatement.LocalState;
import io.mobula.internal.directory.ObjectStatement.Outcome;
import io.mobula.spi.Lineage;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Everything that a shard knows of one object. */
final class ObjectRecord {
  /** Text of the most frequent reason for a loss. */
  static final String GONE_WITH_ITS_NODE = "its last copy is gone with the node that had it";

  final ObjectId id;

  /** Time since which the object is known and not readable. */
  long unreadableSince;

  /** State of each participant that has something of the object. */
  final Map<Participant, ParticipantEntry> entries = new HashMap<>(4);

  /** Outcomes that participants have stated, by attempt. */
  final TreeMap<Integer, Outcome> outcomes = new TreeMap<>();

  /** Accepted attempt; zero while no attempt is accepted. */
  int acceptedAttempt;

  /** Highest attempt that any participant has mentioned. */
  int highest;

  @Nullable
  Lineage lineage;

  /** Whether a participant stated lineage for which there was no room. */
  boolean lineageDropped;

  /** Text for people that says why the object cannot be reconstructed. */
  @Nullable
  String notReconstructibleReason;

  /** Text for people that says why an object was lost that had been readable. */
  @Nullable
  String lossReason;

  /** Attempt that was lost, or zero. */
  int lostAttempt;

  @Nullable
  ReconstructionGrant grant;

  /** Transits that hold the object, with the times at which they end. */
  final Map<Long, Long> transits = new HashMap<>(2);

  /** Nodes that wait for the location, with the times of their latest queries. */
  final Map<Participant, Long> waiters = new HashMap<>(2);

  /**
   * Objects that this record keeps alive: those inside its value and those that its lineage reads.
   */
  Set<ObjectId> dependencies = Set.of();

  /**
   * Statements to acknowledge once the shards of the dependencies know the holds, by participant.
   */
  final Map<Participant, Long> pendingAcks = new HashMap<>(2);

  /** Whether the object is held by no participant and nodes are being told to free it. */
  boolean freeing;

  /** Grant to reconstruct the object, given to one node. */
  record ReconstructionGrant(Participant to, int attempt, long until) {}

  /** State of the object at one participant. */
  static final class ParticipantEntry {
    long version;
    Hold hold;
    LocalState localState = LocalState.NOTHING;

    ParticipantEntry(ParticipantState.Tombstone before) {
      this.version = before.version();
      this.hold = new Hold(before.holdVersion(), false);
    }

    boolean isEmpty() {
      return !hold.held() && localState.isEmpty();
    }

    long latest() {
      return Math.max(version, hold.version());
    }
  }

  ObjectRecord(ObjectId id, long now) {
    this.id = id;
    this.unreadableSince = now;
  }

  /** Returns whether a participant or a transit holds the object. */
  boolean isHeld() {
    if (!transits.isEmpty()) {
      return true;
    }
    for (var entry : entries.values()) {
      if (entry.hold.held()) {
        return true;
      }
    }
    return false;
  }

  void noteAttempt(int attempt) {
    highest = Math.max(highest, attempt);
  }

  @Nullable
  Outcome acceptedOutcome() {
    return acceptedAttempt == 0 ? null : outcomes.get(acceptedAttempt);
  }

  /** Returns whether the record contains the bytes of the accepted outcome. */
  boolean isInline() {
    var outcome = acceptedOutcome();
    return outcome != null && outcome.isInline();
  }

  /** Returns whether the record has facts that only keepers can state to a new shard. */
  boolean hasFacts() {
    return isInline() || lineage != null || notReconstructibleReason != null;
  }

  /**
   * Returns the objects to keep alive. While no attempt is accepted, these include the refs inside
   * every stated outcome.
   */
  Set<ObjectId> requiredDependencies() {
    if (lineage == null && outcomes.isEmpty()) {
      return acceptedAttempt == 0 ? dependencies : Set.of();
    }
    var result = new HashSet<ObjectId>();
    if (lineage != null) {
      result.addAll(lineage.upstream());
    }
    var agreed = outcomes.get(acceptedAttempt);
    if (acceptedAttempt == 0) {
      result.addAll(dependencies);
      outcomes.values().forEach(outcome -> result.addAll(outcome.contains()));
    } else if (agreed != null) {
      result.addAll(agreed.contains());
    }
    return result;
  }

  /**
   * Records a stated outcome. Outcomes of attempts that are not accepted are kept, because they may
   * be needed later.
   */
  void learn(Outcome outcome) {
    noteAttempt(outcome.attempt());
    outcomes.putIfAbsent(outcome.attempt(), outcome);
  }

  void accept(int attempt) {
    acceptedAttempt = attempt;
    lossReason = null;
    lostAttempt = 0;
  }

  /**
   * Records that this attempt existed at a node that has left. The requesting node knows that; this
   * shard may have started since.
   */
  void noteLostAttempt(int attempt) {
    noteAttempt(attempt);
    if (acceptedAttempt == 0 && lossReason == null) {
      lossReason = GONE_WITH_ITS_NODE;
      lostAttempt = attempt;
    }
  }

  /** Withdraws the accepted attempt because it can no longer be read. */
  void lose(String why, long now) {
    lossReason = why;
    lostAttempt = acceptedAttempt;
    acceptedAttempt = 0;
    unreadableSince = now;
  }
}
