package io.mobula.internal.directory;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.directory.ObjectStatement.Copy;
import io.mobula.internal.directory.ObjectStatement.Extras;
import io.mobula.internal.directory.ObjectStatement.Hold;
import io.mobula.internal.directory.ObjectStatement.LocalState;
import io.mobula.internal.directory.ObjectStatement.ObjectFacts;
import io.mobula.internal.directory.ObjectStatement.Outcome;
import io.mobula.internal.directory.ObjectStatement.RelayedHold;
import io.mobula.internal.directory.ObjectStatement.TransitHold;
import io.mobula.spi.Lineage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * State of one participant for one object, with the version up to which it is acknowledged. A fact
 * that is sent only until it is acknowledged carries the version at which it was added.
 */
final class StatementEntry {
  final ObjectId id;

  private boolean held;
  private int pins;
  private Hold hold;
  private long version;
  private @Nullable Copy copy;
  private int attemptInProgress;
  private int highestSeenAttempt;
  private @Nullable Outcome outcome;
  private @Nullable Lineage lineage;
  private @Nullable String notReconstructibleReason;
  private long factsSince;
  private boolean factsAcknowledged = true;
  private @Nullable Map<NodeId, VersionedFact<Hold>> vouched;
  private @Nullable List<VersionedFact<Long>> endedTransits;
  private @Nullable List<VersionedFact<List<ObjectId>>> pinned;
  private @Nullable Map<Long, Long> transits;

  /** Fact together with the version since which it is part of the statement. */
  private record VersionedFact<T>(T value, long sinceVersion) {}

  /**
   * Creates an entry without content.
   *
   * @param now version of the participant's latest statement: since then the participant does not
   *     hold the object, whatever others remember of an earlier hold
   */
  StatementEntry(ObjectId id, long now) {
    this.id = id;
    this.hold = new Hold(now, false);
  }

  long version() {
    return version;
  }

  Hold hold() {
    return hold;
  }

  @Nullable
  Copy copy() {
    return copy;
  }

  boolean isHeld() {
    return held || pins > 0;
  }

  boolean setHeld(boolean value) {
    boolean changed = held != value;
    held = value;
    return changed;
  }

  void pin() {
    pins++;
  }

  void unpin() {
    if (pins == 0) {
      throw new IllegalStateException("Unpinned more often than pinned: " + id);
    }
    pins--;
  }

  /** Returns whether the stated hold differs from the current one. */
  boolean holdChanged() {
    return isHeld() != hold.held();
  }

  /** Gives the current state a new version. */
  void restate(long newVersion) {
    version = newVersion;
    if (holdChanged()) {
      hold = new Hold(newVersion, isHeld());
    }
  }

  void setCopy(@Nullable Copy value) {
    copy = value;
  }

  void setAttemptInProgress(int attempt) {
    attemptInProgress = attempt;
  }

  int attemptInProgress() {
    return attemptInProgress;
  }

  void noteAttempt(int attempt) {
    highestSeenAttempt = Math.max(highestSeenAttempt, attempt);
  }

  /** Adds facts to the entry. The caller then calls {@link #restate} with the same version. */
  void learn(ObjectFacts facts, long since) {
    outcome = facts.outcome() != null ? facts.outcome() : outcome;
    lineage = facts.lineage() != null ? facts.lineage() : lineage;
    notReconstructibleReason = facts.notReconstructibleReason() != null
        ? facts.notReconstructibleReason()
        : notReconstructibleReason;
    factsSince = since;
    factsAcknowledged = false;
  }

  void pinUntilAcknowledged(List<ObjectId> ids, long since) {
    pinned = pinned == null ? new ArrayList<>(2) : pinned;
    pinned.add(new VersionedFact<>(ids, since));
  }

  void vouch(NodeId node, Hold theirs, long since) {
    vouched = vouched == null ? new HashMap<>(4) : vouched;
    var before = vouched.get(node);
    if (before == null || before.value().version() < theirs.version()) {
      vouched.put(node, new VersionedFact<>(theirs, since));
    }
  }

  void transit(long token, long end) {
    transits = transits == null ? new HashMap<>(2) : transits;
    transits.put(token, end);
  }

  void addEndedTransit(long token, long since) {
    endedTransits = endedTransits == null ? new ArrayList<>(2) : endedTransits;
    endedTransits.add(new VersionedFact<>(token, since));
  }

  void expireTransits(long now) {
    if (transits != null && transits.values().removeIf(end -> end <= now) && transits.isEmpty()) {
      transits = null;
    }
  }

  /** Drops the copy, and the outcome that describes its content. */
  void dropCopy() {
    if (outcome != null && !outcome.isInline()) {
      outcome = null;
    }
    copy = null;
  }

  /** Drops everything that the participant has of the object. */
  void dropAll() {
    copy = null;
    outcome = null;
    lineage = null;
    notReconstructibleReason = null;
    attemptInProgress = 0;
    factsAcknowledged = true;
  }

  LocalState localState() {
    return new LocalState(copy, attemptInProgress, hasFacts(), highestSeenAttempt);
  }

  /** Returns whether a digest leaves this entry out. */
  boolean isEmpty() {
    return !hold.held() && copy == null && attemptInProgress == 0 && !hasFacts();
  }

  private boolean hasFacts() {
    return outcome != null || lineage != null || notReconstructibleReason != null;
  }

  boolean hasTransits() {
    return transits != null;
  }

  /**
   * Returns the statement to send: with all facts, or only with those that the shard may not know.
   */
  ObjectStatement toStatement(boolean allFacts, long now) {
    boolean facts = allFacts || !factsAcknowledged;
    boolean plain = vouched == null && endedTransits == null && transits == null;
    if (plain && (!facts || !hasFacts())) {
      return new ObjectStatement(id, version, hold, localState(), Extras.NOTHING);
    }
    var extras = new Extras(
        vouchedNow(),
        facts ? outcome : null,
        facts ? lineage : null,
        facts ? notReconstructibleReason : null,
        transitsAt(now),
        arrivedNow());
    return new ObjectStatement(id, version, hold, localState(), extras);
  }

  private List<RelayedHold> vouchedNow() {
    return vouched == null
        ? List.of()
        : vouched.entrySet().stream()
            .map(each -> new RelayedHold(each.getKey(), each.getValue().value()))
            .toList();
  }

  private List<Long> arrivedNow() {
    return endedTransits == null
        ? List.of()
        : endedTransits.stream().map(VersionedFact::value).toList();
  }

  private List<TransitHold> transitsAt(long now) {
    return transits == null
        ? List.of()
        : transits.entrySet().stream()
            .filter(each -> each.getValue() > now)
            .map(each -> new TransitHold(each.getKey(), each.getValue() - now))
            .toList();
  }

  /**
   * Forgets facts that have been acknowledged.
   *
   * @return objects that were pinned until now
   */
  List<ObjectId> acknowledged(long upTo) {
    if (vouched != null && vouched.values().removeIf(each -> each.sinceVersion() <= upTo)) {
      vouched = vouched.isEmpty() ? null : vouched;
    }
    if (endedTransits != null && endedTransits.removeIf(each -> each.sinceVersion() <= upTo)) {
      endedTransits = endedTransits.isEmpty() ? null : endedTransits;
    }
    factsAcknowledged |= factsSince <= upTo;
    if (pinned == null) {
      return List.of();
    }
    var result = new ArrayList<ObjectId>();
    pinned.removeIf(each -> each.sinceVersion() <= upTo && result.addAll(each.value()));
    pinned = pinned.isEmpty() ? null : pinned;
    return result;
  }
}
