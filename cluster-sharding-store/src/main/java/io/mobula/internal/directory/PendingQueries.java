package io.mobula.internal.directory;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.directory.DirectoryMessage.Locate;
import io.mobula.internal.directory.DirectoryMessage.LocateReply;
import io.mobula.internal.directory.DirectoryMessage.QueryReceived;
import io.mobula.internal.directory.DirectoryMessage.ReconstructionDecision;
import io.mobula.internal.directory.DirectoryMessage.RequestReconstruction;
import io.mobula.spi.LocateResult;
import io.mobula.spi.ReconstructionReply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Pending queries of one node: at most one of each kind for each object, however many callers wait,
 * sent again until it is answered. Guarded by the owner, which completes the futures outside its
 * lock.
 */
final class PendingQueries {
  private final NodeId self;
  private final ShardMap map;
  private final MessagingSettings messaging;
  private final Map<ObjectId, PendingQuery<LocateResult>> locating = new HashMap<>();
  private final Map<ObjectId, PendingQuery<ReconstructionReply>> rebuilding = new HashMap<>();

  private static final class PendingQuery<T> {
    private final CompletableFuture<T> answer = new CompletableFuture<>();
    private DirectoryMessage.ToShard question;
    private long askedAt = Long.MIN_VALUE / 2;
    private long unattendedSince = Long.MAX_VALUE;
    private List<NodeId> awaited = List.of();

    PendingQuery(DirectoryMessage.ToShard question) {
      this.question = question;
    }

    void restart(long now) {
      if (unattendedSince < now) { // the query has been sent
        unattendedSince = now;
      }
    }

    /**
     * Notes that a shard has received the query. The timeout starts again unless the shard itself
     * waits for other nodes.
     */
    void onReceived(List<NodeId> waitsFor, long now) {
      awaited = waitsFor;
      if (waitsFor.isEmpty()) {
        unattendedSince = now;
      }
    }
  }

  /**
   * Query that no shard has attended to within the timeout.
   *
   * @param awaited nodes that the shard waited for when it last answered
   */
  record UnattendedQuery(CompletableFuture<?> answer, int shard, List<NodeId> awaited) {
    /**
     * Fails the query's future. Call it outside all locks.
     *
     * @param whereabouts text for people about where a silent shard should be hosted
     */
    void fail(String whereabouts, MessagingSettings messaging) {
      var why = awaited.isEmpty()
          ? whereabouts
          : "it has just started, and nodes " + awaited + " have not reported what they have";
      answer.completeExceptionally(new TimeoutException("Shard " + shard
          + " of the directory does not answer: " + why + ". Waited "
          + Duration.ofMillis(messaging.timeoutMillis()) + " (mobula.directory.query-timeout)."));
    }
  }

  PendingQueries(NodeId self, ShardMap map, MessagingSettings messaging) {
    this.self = self;
    this.map = map;
    this.messaging = messaging;
  }

  CompletableFuture<LocateResult> locate(ObjectId id, int lostAttempt) {
    var query =
        locating.computeIfAbsent(id, key -> new PendingQuery<>(new Locate(self, key, lostAttempt)));
    if (lostAttempt > 0) { // an earlier query may not have known of the lost attempt
      query.question = new Locate(self, id, lostAttempt);
    }
    return query.answer;
  }

  CompletableFuture<ReconstructionReply> requestReconstruction(ObjectId id, int lostAttempt) {
    return rebuilding.computeIfAbsent(
            id, key -> new PendingQuery<>(new RequestReconstruction(self, key, lostAttempt)))
        .answer;
  }

  /**
   * Sends new queries, and resends those that are overdue.
   *
   * @return queries that no shard has attended to in time; they are removed
   */
  List<UnattendedQuery> flush(long now, MessageSink sink) {
    var unattendedQuery = new ArrayList<UnattendedQuery>();
    flush(locating, now, sink, unattendedQuery);
    flush(rebuilding, now, sink, unattendedQuery);
    return unattendedQuery;
  }

  private <T> void flush(
      Map<ObjectId, PendingQuery<T>> questions,
      long now,
      MessageSink sink,
      List<UnattendedQuery> unattendedQuery) {
    questions.entrySet().removeIf(each -> {
      var id = each.getKey();
      var query = each.getValue();
      if (query.unattendedSince <= now - messaging.timeoutMillis()) {
        unattendedQuery.add(new UnattendedQuery(query.answer, map.shardOf(id), query.awaited));
        return true;
      }
      ask(id, query, now, sink);
      return false;
    });
  }

  private void ask(ObjectId id, PendingQuery<?> query, long now, MessageSink sink) {
    if (query.askedAt + messaging.resendMillis() <= now) {
      query.askedAt = now;
      query.unattendedSince = Math.min(query.unattendedSince, now);
      sink.send(Participant.shard(map.shardOf(id)), query.question);
    }
  }

  /**
   * Restarts all timeouts, because a node has joined or left: shards may move, and a shard on the
   * move is not lost.
   */
  void restartTimeouts(long now) {
    locating.values().forEach(query -> query.restart(now));
    rebuilding.values().forEach(open -> open.restart(now));
  }

  boolean isEmpty() {
    return locating.isEmpty() && rebuilding.isEmpty();
  }

  /** Notes that a shard has received a query about the object. */
  void onReceived(QueryReceived received, long now) {
    var location = locating.get(received.id());
    if (location != null) {
      location.onReceived(received.awaited(), now);
    }
    var rebuilt = rebuilding.get(received.id());
    if (rebuilt != null) {
      rebuilt.onReceived(received.awaited(), now);
    }
  }

  /**
   * Removes an answered location query. Returns the future to complete, or null if there was no
   * query.
   */
  @Nullable
  CompletableFuture<LocateResult> removeAnswered(LocateReply reply) {
    var query = locating.remove(reply.id());
    return query == null ? null : query.answer;
  }

  /**
   * Removes an answered reconstruction request. Returns the future to complete, or null if there
   * was no request.
   */
  @Nullable
  CompletableFuture<ReconstructionReply> removeAnswered(ReconstructionDecision decision) {
    var query = rebuilding.remove(decision.id());
    return query == null ? null : query.answer;
  }

  /** Removes all queries and returns their futures, which have to fail. */
  List<CompletableFuture<?>> removeAll() {
    var all = new ArrayList<CompletableFuture<?>>();
    locating.values().forEach(query -> all.add(query.answer));
    rebuilding.values().forEach(open -> all.add(open.answer));
    locating.clear();
    rebuilding.clear();
    return all;
  }

  static LocateResult toLocated(LocateReply reply) {
    var lost = reply.loss();
    if (lost != null) {
      return new LocateResult.Lost(lost.reason(), lost.reconstructible(), reply.attempt());
    }
    var outcome = reply.outcome();
    if (outcome == null) {
      return new LocateResult.SealedCopies(reply.attempt(), reply.bytes(), reply.nodes());
    }
    return switch (outcome.kind()) {
      case VALUE -> new LocateResult.Value(reply.attempt(), outcome.encoded());
      case FAILURE -> new LocateResult.Failure(reply.attempt(), outcome.encoded());
      case SEALED -> new LocateResult.SealedCopies(reply.attempt(), reply.bytes(), reply.nodes());
    };
  }

  static ReconstructionReply toReply(ReconstructionDecision decision) {
    return switch (decision.verdict()) {
      case GRANTED ->
        new ReconstructionReply.Granted(
            decision.attempt(), Objects.requireNonNull(decision.reconstructionSpec(), "recipe"));
      case IN_PROGRESS ->
        new ReconstructionReply.InProgress(Objects.requireNonNull(decision.producer(), "maker"));
      case NOT_NEEDED -> new ReconstructionReply.NotNeeded();
      case IMPOSSIBLE ->
        new ReconstructionReply.Impossible(Objects.requireNonNull(decision.reason(), "reason"));
    };
  }
}
