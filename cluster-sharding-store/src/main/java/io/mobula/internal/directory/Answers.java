package io.mobula.internal.directory;

import io.mobula.NodeId;
import io.mobula.internal.directory.DirectoryMessage.AskToRebuild;
import io.mobula.internal.directory.DirectoryMessage.Found;
import io.mobula.internal.directory.DirectoryMessage.Ruling;
import io.mobula.internal.directory.DirectoryMessage.Ruling.Verdict;
import io.mobula.internal.directory.ShardRecord.Entry;
import io.mobula.internal.directory.ShardRecord.Grant;
import io.mobula.spi.Lineage;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Which attempt counts, where it is, and who may make it again. */
final class Answers {
  private final int number;
  private final long incarnation;
  private final Rules rules;
  private final Map<Participant, Standing> standings;
  private final Sink sink;
  private long completeSince;

  Answers(
      int number, long incarnation, Rules rules, Map<Participant, Standing> standings, Sink sink) {
    this.number = number;
    this.incarnation = incarnation;
    this.rules = rules;
    this.standings = standings;
    this.sink = sink;
  }

  void completeSince(long now) {
    completeSince = now;
  }

  /** Whether a node is there, so that what it has can be read. */
  boolean isReadableAt(Participant who) {
    var standing = standings.get(who);
    return who.ofNode() && standing != null && standing.isMember();
  }

  /** Another node that is there, or null. */
  @Nullable
  Participant anyNodeBut(Participant one) {
    for (var who : standings.keySet()) {
      if (isReadableAt(who) && !who.equals(one)) {
        return who;
      }
    }
    return null;
  }

  /** Lets the first attempt count that can be read, and as long as it can be read. */
  void choose(ShardRecord record, long now) {
    if (record.accepted != 0 && !isReadable(record)) {
      record.lose(ShardRecord.GONE_WITH_ITS_NODE, now);
    }
    if (record.accepted == 0) {
      int candidate = candidate(record);
      if (candidate != 0) {
        record.accept(candidate);
      }
    }
  }

  private boolean isReadable(ShardRecord record) {
    return record.inline() || copies(record).findAny().isPresent();
  }

  private static boolean isOf(int attempt, Unit.@Nullable Copy copy) {
    return copy != null && copy.attempt() == attempt;
  }

  private java.util.stream.Stream<Map.Entry<Participant, Entry>> copies(ShardRecord record) {
    return record.entries.entrySet().stream()
        .filter(each ->
            isOf(record.accepted, each.getValue().claim.copy()) && isReadableAt(each.getKey()));
  }

  private int candidate(ShardRecord record) {
    int best = Integer.MAX_VALUE;
    for (var outcome : record.outcomes.values()) {
      if (outcome.inline()) {
        best = Math.min(best, outcome.attempt());
      }
    }
    for (var each : record.entries.entrySet()) {
      var copy = each.getValue().claim.copy();
      if (copy != null && isReadableAt(each.getKey())) {
        best = Math.min(best, copy.attempt());
      }
    }
    return best == Integer.MAX_VALUE ? 0 : best;
  }

  /** Tells everybody who waits, if there is something to tell. */
  boolean answer(ShardRecord record, long now) {
    var found = found(record, now);
    if (found == null) {
      return false;
    }
    record.waiters.keySet().forEach(who -> sink.send(who, found));
    record.waiters.clear();
    return true;
  }

  private @Nullable Found found(ShardRecord record, long now) {
    if (record.accepted == 0) {
      var gone = gone(record, now);
      return gone == null
          ? null
          : new Found(record.id, record.lostAttempt, List.of(), 0, null, gone);
    }
    var outcome = record.acceptedOutcome();
    if (outcome != null && outcome.inline()) {
      return new Found(record.id, record.accepted, List.of(), 0, outcome, null);
    }
    var copies = copies(record)
        .map(each -> Map.entry(
            each.getKey(), Objects.requireNonNull(each.getValue().claim.copy())))
        .sorted(Comparator.comparing(each -> !each.getValue().primary()))
        .toList();
    return new Found(
        record.id,
        record.accepted,
        copies.stream().map(each -> each.getKey().nodeId()).toList(),
        copies.getFirst().getValue().bytes(),
        null,
        null);
  }

  /**
   * Why it is nowhere; null as long as that may change by itself.
   *
   * <p>All nodes have said what they have, or this shard would not answer. Somebody's word may yet
   * be on its way: where nobody knows how to make the object again the grace is waited for, since
   * to say wrongly that it is lost would cost the object. Where somebody does, it costs a run at
   * most.
   */
  private Found.@Nullable Gone gone(ShardRecord record, long now) {
    if (maker(record, now) != null || mayBeAtStranger(record)) {
      return null;
    }
    long since = Math.max(record.unreadableSince, completeSince);
    boolean certain = record.lostBecause != null || record.lineage != null;
    if (!certain && now < since + rules.graceMillis()) {
      return null;
    }
    return new Found.Gone(lost(record), record.lineage != null);
  }

  private String lost(ShardRecord record) {
    var why = record.lostBecause == null ? "no node has it or is making it" : record.lostBecause;
    return why + "; "
        + (record.lineage != null
            ? "it can be made again"
            : record.lineageCut
                ? "how to make it again was not kept, as the lineage of this shard is at its bound of "
                    + rules.lineageBytes() + " bytes (mobula.directory.lineage-bytes)"
                : record.madeOnce != null ? record.madeOnce : "how to make it again is not known");
  }

  /** A node of which membership has not told yet says that it has a copy. */
  private boolean mayBeAtStranger(ShardRecord record) {
    for (var each : record.entries.entrySet()) {
      var standing = standings.get(each.getKey());
      if (each.getValue().claim.copy() != null
          && standing != null
          && !standing.isMember()
          && !standing.hasLeft()) {
        return true;
      }
    }
    return false;
  }

  private @Nullable Participant maker(ShardRecord record, long now) {
    for (var each : record.entries.entrySet()) {
      if (each.getValue().claim.making() > 0 && isReadableAt(each.getKey())) {
        return each.getKey();
      }
    }
    var grant = record.grant;
    return grant != null && now < grant.until() && isReadableAt(grant.to()) ? grant.to() : null;
  }

  /** Answers who wants to make it again; false if there is nothing to answer yet. */
  boolean rule(@Nullable ShardRecord record, AskToRebuild ask, long now) {
    var asker = Participant.node(ask.from());
    if (record == null) {
      reply(
          asker,
          ask,
          Verdict.IMPOSSIBLE,
          null,
          "Object " + ask.id()
              + " is not known to the directory: nobody has said that it is held.");
      return true;
    }
    if (record.accepted != 0) {
      reply(asker, ask, Verdict.READABLE, null, null);
      return true;
    }
    var maker = maker(record, now);
    if (maker != null && !maker.equals(asker)) {
      reply(asker, ask, Verdict.ELSEWHERE, maker.nodeId(), null);
      return true;
    }
    if (maker == null && gone(record, now) == null) {
      return false;
    }
    if (record.lineage == null) {
      reply(asker, ask, Verdict.IMPOSSIBLE, null, lost(record));
    } else {
      grant(record, record.lineage, asker, now);
    }
    return true;
  }

  private void grant(ShardRecord record, Lineage lineage, Participant asker, long now) {
    int attempt = attemptOf(record, asker);
    if (attempt == 0) {
      attempt = record.highest + 1;
      record.heardOf(attempt);
      record.grant = new Grant(asker, attempt, now + rules.graceMillis());
    }
    sink.send(
        asker,
        new Ruling(
            number,
            incarnation,
            record.id,
            Verdict.GRANTED,
            attempt,
            lineage.recipe(),
            null,
            null));
  }

  /** Which attempt the asker is taken for already. */
  private static int attemptOf(ShardRecord record, Participant asker) {
    var entry = record.entries.get(asker);
    if (entry != null && entry.claim.making() > 0) {
      return entry.claim.making();
    }
    return record.grant != null && record.grant.to().equals(asker) ? record.grant.attempt() : 0;
  }

  private void reply(
      Participant asker,
      AskToRebuild ask,
      Verdict verdict,
      @Nullable NodeId maker,
      @Nullable String reason) {
    sink.send(asker, new Ruling(number, incarnation, ask.id(), verdict, 0, null, maker, reason));
  }
}
