package io.mobula.internal.directory;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.directory.Unit.Besides;
import io.mobula.internal.directory.Unit.Claim;
import io.mobula.internal.directory.Unit.Copy;
import io.mobula.internal.directory.Unit.Facts;
import io.mobula.internal.directory.Unit.Hold;
import io.mobula.internal.directory.Unit.Outcome;
import io.mobula.internal.directory.Unit.Transit;
import io.mobula.internal.directory.Unit.Vouched;
import io.mobula.spi.Lineage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one participant has to say about one object, and up to where that has been understood. What
 * is said once carries the version at which it was added and goes when that is acknowledged.
 */
final class HeldEntry {
  final ObjectId id;

  private boolean wanted;
  private int pins;
  private Hold hold;
  private long version;
  private @Nullable Copy copy;
  private int making;
  private int heardOf;
  private @Nullable Outcome outcome;
  private @Nullable Lineage lineage;
  private @Nullable String madeOnce;
  private long factsSince;
  private boolean factsKnown = true;
  private @Nullable Map<NodeId, Said<Hold>> vouched;
  private @Nullable List<Said<Long>> arrived;
  private @Nullable List<Said<List<ObjectId>>> pinned;
  private @Nullable Map<Long, Long> transits;

  /** Something with the version since which it is part of what is said. */
  private record Said<T>(T what, long since) {}

  /**
   * Says nothing yet.
   *
   * @param now the version of what the participant has said last: since then it does not hold the
   *     object, whatever others remember of a hold before that
   */
  HeldEntry(ObjectId id, long now) {
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
    return wanted || pins > 0;
  }

  boolean setWanted(boolean value) {
    boolean changed = wanted != value;
    wanted = value;
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

  /** Whether what is said about holding has become wrong. */
  boolean holdChanged() {
    return isHeld() != hold.held();
  }

  /** Gives what is said now its version. */
  void restate(long newVersion) {
    version = newVersion;
    if (holdChanged()) {
      hold = new Hold(newVersion, isHeld());
    }
  }

  void setCopy(@Nullable Copy value) {
    copy = value;
  }

  void setMaking(int attempt) {
    making = attempt;
  }

  int making() {
    return making;
  }

  void hearOf(int attempt) {
    heardOf = Math.max(heardOf, attempt);
  }

  /** To be followed by {@link #restate} with that version. */
  void learn(Facts facts, long since) {
    outcome = facts.outcome() != null ? facts.outcome() : outcome;
    lineage = facts.lineage() != null ? facts.lineage() : lineage;
    madeOnce = facts.madeOnce() != null ? facts.madeOnce() : madeOnce;
    factsSince = since;
    factsKnown = false;
  }

  void pinnedUntilKnown(List<ObjectId> ids, long since) {
    pinned = pinned == null ? new ArrayList<>(2) : pinned;
    pinned.add(new Said<>(ids, since));
  }

  void vouch(NodeId node, Hold theirs, long since) {
    vouched = vouched == null ? new HashMap<>(4) : vouched;
    var before = vouched.get(node);
    if (before == null || before.what().version() < theirs.version()) {
      vouched.put(node, new Said<>(theirs, since));
    }
  }

  void transit(long token, long end) {
    transits = transits == null ? new HashMap<>(2) : transits;
    transits.put(token, end);
  }

  void endOfTransit(long token, long since) {
    arrived = arrived == null ? new ArrayList<>(2) : arrived;
    arrived.add(new Said<>(token, since));
  }

  void expireTransits(long now) {
    if (transits != null && transits.values().removeIf(end -> end <= now) && transits.isEmpty()) {
      transits = null;
    }
  }

  /** The copy goes, and with it what was known of its content. */
  void dropCopy() {
    if (outcome != null && !outcome.inline()) {
      outcome = null;
    }
    copy = null;
  }

  /** Nothing is had of it any more. */
  void dropAll() {
    copy = null;
    outcome = null;
    lineage = null;
    madeOnce = null;
    making = 0;
    factsKnown = true;
  }

  Claim claim() {
    return new Claim(copy, making, hasFacts(), heardOf);
  }

  /** Whether a digest leaves it out. */
  boolean isNothing() {
    return !hold.held() && copy == null && making == 0 && !hasFacts();
  }

  private boolean hasFacts() {
    return outcome != null || lineage != null || madeOnce != null;
  }

  boolean hasTransits() {
    return transits != null;
  }

  /** What to send: with all facts, or with those that the shard may not know. */
  Unit unit(boolean allFacts, long now) {
    boolean facts = allFacts || !factsKnown;
    boolean plain = vouched == null && arrived == null && transits == null;
    if (plain && (!facts || !hasFacts())) {
      return new Unit(id, version, hold, claim(), Besides.NOTHING);
    }
    var besides = new Besides(
        vouchedNow(),
        facts ? outcome : null,
        facts ? lineage : null,
        facts ? madeOnce : null,
        transitsAt(now),
        arrivedNow());
    return new Unit(id, version, hold, claim(), besides);
  }

  private List<Vouched> vouchedNow() {
    return vouched == null
        ? List.of()
        : vouched.entrySet().stream()
            .map(each -> new Vouched(each.getKey(), each.getValue().what()))
            .toList();
  }

  private List<Long> arrivedNow() {
    return arrived == null ? List.of() : arrived.stream().map(Said::what).toList();
  }

  private List<Transit> transitsAt(long now) {
    return transits == null
        ? List.of()
        : transits.entrySet().stream()
            .filter(each -> each.getValue() > now)
            .map(each -> new Transit(each.getKey(), each.getValue() - now))
            .toList();
  }

  /**
   * Forgets what has been understood.
   *
   * @return objects that were pinned until now
   */
  List<ObjectId> acknowledged(long upTo) {
    if (vouched != null && vouched.values().removeIf(each -> each.since() <= upTo)) {
      vouched = vouched.isEmpty() ? null : vouched;
    }
    if (arrived != null && arrived.removeIf(each -> each.since() <= upTo)) {
      arrived = arrived.isEmpty() ? null : arrived;
    }
    factsKnown |= factsSince <= upTo;
    if (pinned == null) {
      return List.of();
    }
    var result = new ArrayList<ObjectId>();
    pinned.removeIf(each -> each.since() <= upTo && result.addAll(each.what()));
    pinned = pinned.isEmpty() ? null : pinned;
    return result;
  }
}
