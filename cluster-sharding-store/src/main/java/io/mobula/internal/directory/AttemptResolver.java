package io.mobula.internal.directory;

import io.mobula.NodeId;
import io.mobula.internal.directory.DirectoryMessage.LocateReply;
import io.mobula.internal.directory.DirectoryMessage.ReconstructionDecision;
import io.mobula.internal.directory.DirectoryMessage.ReconstructionDecision.Verdict;
import io.mobula.internal.directory.DirectoryMessage.RequestReconstruction;
import io.mobula.internal.directory.ObjectRecord.ParticipantEntry;
import io.mobula.internal.directory.ObjectRecord.ReconstructionGrant;
import io.mobula.spi.Lineage;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Resolver of attempts: decides which attempt of an object counts, where its value is, and which
 * node may reconstruct it.
 */
final class AttemptResolver {
  private final int number;
  private final long incarnation;
  private final ShardSettings shardSettings;
  private final Map<Participant, ParticipantState> participants;
  private final MessageSink sink;
  private long completeSince;

  AttemptResolver(
      int number,
      long incarnation,
      ShardSettings shardSettings,
      Map<Participant, ParticipantState> participantStates,
      MessageSink sink) {
    this.number = number;
    this.incarnation = incarnation;
    this.shardSettings = shardSettings;
    this.participants = participantStates;
    this.sink = sink;
  }

  void completeSince(long now) {
    completeSince = now;
  }

  /** Returns whether the participant is a node that is a member, so that its copies can be read. */
  boolean isReadableAt(Participant who) {
    var participantState = participants.get(who);
    return who.isNode() && participantState != null && participantState.isMember();
  }

  /** Returns a member node other than the given one, or null if there is none. */
  @Nullable
  Participant anyNodeBut(Participant one) {
    for (var who : participants.keySet()) {
      if (isReadableAt(who) && !who.equals(one)) {
        return who;
      }
    }
    return null;
  }

  /**
   * Accepts the lowest attempt that can be read, and withdraws an accepted attempt that can no
   * longer be read.
   */
  void chooseAttempt(ObjectRecord record, long now) {
    if (record.acceptedAttempt != 0 && !isReadable(record)) {
      record.lose(ObjectRecord.GONE_WITH_ITS_NODE, now);
    }
    if (record.acceptedAttempt == 0) {
      int candidate = candidate(record);
      if (candidate != 0) {
        record.accept(candidate);
      }
    }
  }

  private boolean isReadable(ObjectRecord record) {
    return record.isInline() || copies(record).findAny().isPresent();
  }

  private static boolean isOf(int attempt, ObjectStatement.@Nullable Copy copy) {
    return copy != null && copy.attempt() == attempt;
  }

  private java.util.stream.Stream<Map.Entry<Participant, ParticipantEntry>> copies(
      ObjectRecord record) {
    return record.entries.entrySet().stream()
        .filter(each -> isOf(record.acceptedAttempt, each.getValue().localState.copy())
            && isReadableAt(each.getKey()));
  }

  private int candidate(ObjectRecord record) {
    int best = Integer.MAX_VALUE;
    for (var outcome : record.outcomes.values()) {
      if (outcome.isInline()) {
        best = Math.min(best, outcome.attempt());
      }
    }
    for (var each : record.entries.entrySet()) {
      var copy = each.getValue().localState.copy();
      if (copy != null && isReadableAt(each.getKey())) {
        best = Math.min(best, copy.attempt());
      }
    }
    return best == Integer.MAX_VALUE ? 0 : best;
  }

  /** Sends location or loss to all waiting nodes. Returns false if neither is known yet. */
  boolean answerWaiters(ObjectRecord record, long now) {
    var reply = locateReply(record, now);
    if (reply == null) {
      return false;
    }
    record.waiters.keySet().forEach(who -> sink.send(who, reply));
    record.waiters.clear();
    return true;
  }

  private @Nullable LocateReply locateReply(ObjectRecord record, long now) {
    if (record.acceptedAttempt == 0) {
      var loss = findLoss(record, now);
      return loss == null
          ? null
          : new LocateReply(record.id, record.lostAttempt, List.of(), 0, null, loss);
    }
    var outcome = record.acceptedOutcome();
    if (outcome != null && outcome.isInline()) {
      return new LocateReply(record.id, record.acceptedAttempt, List.of(), 0, outcome, null);
    }
    var copies = copies(record)
        .map(each -> Map.entry(
            each.getKey(), Objects.requireNonNull(each.getValue().localState.copy())))
        .sorted(Comparator.comparing(each -> !each.getValue().primary()))
        .toList();
    return new LocateReply(
        record.id,
        record.acceptedAttempt,
        copies.stream().map(each -> each.getKey().nodeId()).toList(),
        copies.getFirst().getValue().bytes(),
        null,
        null);
  }

  /**
   * Returns why the object is lost, or null as long as it may still turn up by itself.
   *
   * <p>All nodes have sent their snapshots, or this shard would not answer. A statement may still
   * be on its way. If no lineage is known, this method therefore waits for the grace period,
   * because a wrong report of a loss would cost the object. If lineage is known, a wrong report
   * costs at most one extra run.
   */
  private LocateReply.@Nullable Loss findLoss(ObjectRecord record, long now) {
    if (findProducer(record, now) != null || mayBeAtUnknownNode(record)) {
      return null;
    }
    long since = Math.max(record.unreadableSince, completeSince);
    boolean certain = record.lossReason != null || record.lineage != null;
    if (!certain && now < since + shardSettings.graceMillis()) {
      return null;
    }
    return new LocateReply.Loss(describeLoss(record), record.lineage != null);
  }

  private String describeLoss(ObjectRecord record) {
    var why = record.lossReason == null ? "no node has it or is making it" : record.lossReason;
    return why + "; "
        + (record.lineage != null
            ? "it can be reconstructed"
            : record.lineageDropped
                ? "how to reconstruct it was not kept, as the lineage of this shard is at its bound of "
                    + shardSettings.lineageBytes() + " bytes (mobula.directory.lineage-bytes)"
                : record.notReconstructibleReason != null
                    ? record.notReconstructibleReason
                    : "how to reconstruct it is not known");
  }

  /** Returns whether a node that membership has not announced yet says that it has a copy. */
  private boolean mayBeAtUnknownNode(ObjectRecord record) {
    for (var each : record.entries.entrySet()) {
      var participantState = participants.get(each.getKey());
      if (each.getValue().localState.copy() != null
          && participantState != null
          && !participantState.isMember()
          && !participantState.hasLeft()) {
        return true;
      }
    }
    return false;
  }

  private @Nullable Participant findProducer(ObjectRecord record, long now) {
    for (var each : record.entries.entrySet()) {
      if (each.getValue().localState.attemptInProgress() > 0 && isReadableAt(each.getKey())) {
        return each.getKey();
      }
    }
    var grant = record.grant;
    return grant != null && now < grant.until() && isReadableAt(grant.to()) ? grant.to() : null;
  }

  /** Answers a request to reconstruct the object. Returns false if no answer is possible yet. */
  boolean answerReconstruction(@Nullable ObjectRecord record, RequestReconstruction ask, long now) {
    var asker = Participant.node(ask.from());
    if (record == null) {
      reply(
          asker,
          ask,
          Verdict.IMPOSSIBLE,
          null,
          "Object " + ask.id()
              + " is not known to the directory: no node has reported that it holds it.");
      return true;
    }
    if (record.acceptedAttempt != 0) {
      reply(asker, ask, Verdict.NOT_NEEDED, null, null);
      return true;
    }
    var maker = findProducer(record, now);
    if (maker != null && !maker.equals(asker)) {
      reply(asker, ask, Verdict.IN_PROGRESS, maker.nodeId(), null);
      return true;
    }
    if (maker == null && findLoss(record, now) == null) {
      return false;
    }
    if (record.lineage == null) {
      reply(asker, ask, Verdict.IMPOSSIBLE, null, describeLoss(record));
    } else {
      grant(record, record.lineage, asker, now);
    }
    return true;
  }

  private void grant(ObjectRecord record, Lineage lineage, Participant asker, long now) {
    int attempt = attemptOf(record, asker);
    if (attempt == 0) {
      attempt = record.highest + 1;
      record.noteAttempt(attempt);
      record.grant = new ReconstructionGrant(asker, attempt, now + shardSettings.graceMillis());
    }
    sink.send(
        asker,
        new ReconstructionDecision(
            number,
            incarnation,
            record.id,
            Verdict.GRANTED,
            attempt,
            lineage.reconstructionSpec(),
            null,
            null));
  }

  /** Returns the attempt that the requesting node runs or was granted, or zero. */
  private static int attemptOf(ObjectRecord record, Participant asker) {
    var entry = record.entries.get(asker);
    if (entry != null && entry.localState.attemptInProgress() > 0) {
      return entry.localState.attemptInProgress();
    }
    return record.grant != null && record.grant.to().equals(asker) ? record.grant.attempt() : 0;
  }

  private void reply(
      Participant asker,
      RequestReconstruction ask,
      Verdict verdict,
      @Nullable NodeId maker,
      @Nullable String reason) {
    sink.send(
        asker,
        new ReconstructionDecision(number, incarnation, ask.id(), verdict, 0, null, maker, reason));
  }
}
