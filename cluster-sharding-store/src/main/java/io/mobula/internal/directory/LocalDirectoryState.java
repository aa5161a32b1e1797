package io.mobula.internal.directory;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.directory.DirectoryMessage.Ack;
import io.mobula.internal.directory.DirectoryMessage.Free;
import io.mobula.internal.directory.DirectoryMessage.Keep;
import io.mobula.internal.directory.DirectoryMessage.LocateReply;
import io.mobula.internal.directory.DirectoryMessage.QueryReceived;
import io.mobula.internal.directory.DirectoryMessage.ReconstructionDecision;
import io.mobula.internal.directory.DirectoryMessage.Refused;
import io.mobula.internal.directory.DirectoryMessage.SnapshotRequest;
import io.mobula.spi.DirectoryListener;
import io.mobula.spi.LocateResult;
import io.mobula.spi.ReconstructionReply;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Directory state of one node, as a pure class: its statements and its pending queries. Effects of
 * a message outside this class are returned as an action, to be run without any lock.
 */
final class LocalDirectoryState {
  @SuppressWarnings("UnnecessaryLambda") // the name explains the value where it is used
  private static final Runnable NOTHING = () -> {};

  private final StatementTable statements;
  private final PendingQueries queries;
  private final DirectoryListener listener;
  private final ShardMap map;

  LocalDirectoryState(
      NodeId self, ShardMap map, MessagingSettings messaging, DirectoryListener listener) {
    this.statements =
        new StatementTable(Participant.node(self), self.incarnation(), map, messaging);
    this.queries = new PendingQueries(self, map, messaging);
    this.listener = listener;
    this.map = map;
  }

  StatementTable statements() {
    return statements;
  }

  PendingQueries queries() {
    return queries;
  }

  /**
   * Sends all messages that are due.
   *
   * @return queries that no shard has attended to in time; they are removed
   */
  List<PendingQueries.UnattendedQuery> flush(long now, MessageSink sink) {
    statements.flush(now, sink);
    return queries.flush(now, sink);
  }

  /** Returns whether no message is due before something new happens. */
  boolean isIdle() {
    return statements.isAllAcknowledged() && queries.isEmpty();
  }

  Runnable receive(DirectoryMessage.ToParticipant message, long now, MessageSink sink) {
    if (!map.containsShardOf(message)) {
      return NOTHING;
    }
    return switch (message) {
      case Ack ack -> {
        statements.onAck(ack);
        yield NOTHING;
      }
      case SnapshotRequest request -> {
        statements.sendSnapshot(request, now, sink);
        yield NOTHING;
      }
      case Free free -> statements.onFree(free) ? () -> listener.freed(free.id()) : NOTHING;
      case Refused refused ->
        statements.onRefused(refused)
            ? () -> listener.refused(refused.id(), refused.attempt(), refused.accepted())
            : NOTHING;
      case Keep keep -> {
        statements.onKeep(keep);
        yield NOTHING;
      }
      case QueryReceived received -> {
        queries.onReceived(received, now);
        yield NOTHING;
      }
      case LocateReply reply -> onFound(reply);
      case ReconstructionDecision decision -> onRuling(decision);
    };
  }

  private Runnable onFound(LocateReply reply) {
    var asked = queries.removeAnswered(reply);
    statements.noteAttempt(reply.id(), reply.attempt());
    return asked == null ? NOTHING : () -> complete(asked, PendingQueries.toLocated(reply));
  }

  /**
   * Applies a shard's decision. A grant counts only if the shard that gave it has this node's
   * snapshot.
   */
  private Runnable onRuling(ReconstructionDecision decision) {
    boolean granted = decision.verdict() == ReconstructionDecision.Verdict.GRANTED;
    if (granted && !statements.isCurrentIncarnation(decision.shard(), decision.incarnation())) {
      return NOTHING;
    }
    var asked = queries.removeAnswered(decision);
    if (asked == null) {
      return NOTHING;
    }
    if (granted) {
      statements.reportAttempt(decision.id(), decision.attempt());
    }
    return () -> complete(asked, PendingQueries.toReply(decision));
  }

  private static <T> void complete(@Nullable CompletableFuture<T> asked, T answer) {
    if (asked != null) {
      asked.complete(answer);
    }
  }

  CompletableFuture<LocateResult> locate(ObjectId id, int lostAttempt) {
    return queries.locate(id, lostAttempt);
  }

  CompletableFuture<ReconstructionReply> requestReconstruction(ObjectId id, int lostAttempt) {
    return queries.requestReconstruction(id, lostAttempt);
  }
}
