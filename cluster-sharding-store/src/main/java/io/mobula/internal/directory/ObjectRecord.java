package io.mobula.internal.directory;

import io.mobula.ObjectId;
import io.mobula.internal.directory.ObjectStatement.Hold;
import io.mobula.internal.directory.ObjectStatement.LocalState;
import io.mobula.internal.directory.ObjectStatement.Outcome;
import io.mobula.spi.Lineage;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Everything a shard knows of one object. */
final class ObjectRecord {
  /** Why most objects are lost. */
  static final String GONE_WITH_ITS_NODE = "its last copy is gone with the node that had it";

  final ObjectId id;

  /** Since when it has been known without being readable. */
  long unreadableSince;

  /** What each participant says, as long as that is not nothing. */
  final Map<Participant, ParticipantEntry> entries = new HashMap<>(4);

  /** Outcomes told, by attempt. */
  final TreeMap<Integer, Outcome> outcomes = new TreeMap<>();

  /** The attempt that counts; zero while none does. */
  int acceptedAttempt;

  /** The highest attempt ever heard of. */
  int highest;

  @Nullable
  Lineage lineage;

  /** Lineage was told but there was no room for it. */
  boolean lineageDropped;

  /** Why it is not made again; for people. */
  @Nullable
  String notReconstructibleReason;

  /** Why it was lost, once it was readable; for people. */
  @Nullable
  String lossReason;

  /** Which attempt was lost. */
  int lostAttempt;

  @Nullable
  ReconstructionGrant grant;

  /** Transits that hold it, with their ends. */
  final Map<Long, Long> transits = new HashMap<>(2);

  /** Who waits for it, and when they asked last. */
  final Map<Participant, Long> waiters = new HashMap<>(2);

  /** Objects that it keeps alive: those inside, and those its lineage reads. */
  Set<ObjectId> dependencies = Set.of();

  /** Statements to be acknowledged when the shards of those know that. */
  final Map<Participant, Long> pendingAcks = new HashMap<>(2);

  /** Nobody holds it; nodes are being told. */
  boolean freeing;

  /** Who was told to make it again. */
  record ReconstructionGrant(Participant to, int attempt, long until) {}

  /** What one participant says. */
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

  /** Whether somebody holds it. */
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

  /** Its bytes are here. */
  boolean isInline() {
    var outcome = acceptedOutcome();
    return outcome != null && outcome.isInline();
  }

  /** Whether there is anything that only those can tell who keep it. */
  boolean hasFacts() {
    return isInline() || lineage != null || notReconstructibleReason != null;
  }

  /** What it should keep alive; while no attempt counts, whatever any may contain. */
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

  /** Takes what was told of an outcome. Those of attempts that do not count may yet be needed. */
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
   * This attempt had been made, and was at a node that has left: whoever asks knows that, and this
   * shard may have started since.
   */
  void noteLostAttempt(int attempt) {
    noteAttempt(attempt);
    if (acceptedAttempt == 0 && lossReason == null) {
      lossReason = GONE_WITH_ITS_NODE;
      lostAttempt = attempt;
    }
  }

  /** The attempt that counted cannot be read any more. */
  void lose(String why, long now) {
    lossReason = why;
    lostAttempt = acceptedAttempt;
    acceptedAttempt = 0;
    unreadableSince = now;
  }

  /** What it would say of itself. */
  List<Participant> holders() {
    return entries.entrySet().stream()
        .filter(each -> each.getValue().hold.held())
        .map(Map.Entry::getKey)
        .toList();
  }
}
