package io.mobula.internal.directory;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.directory.DirectoryMessage.AskToRebuild;
import io.mobula.internal.directory.DirectoryMessage.Found;
import io.mobula.internal.directory.DirectoryMessage.Heard;
import io.mobula.internal.directory.DirectoryMessage.Locate;
import io.mobula.internal.directory.DirectoryMessage.Ruling;
import io.mobula.spi.Located;
import io.mobula.spi.Rebuild;
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
 * What a node has asked and not been answered: one question for each object, however many want to
 * know, asked again until the answer comes. Guarded by its owner, who completes the futures outside
 * of its lock.
 */
final class Questions {
  private final NodeId self;
  private final ShardMap map;
  private final Pace pace;
  private final Map<ObjectId, Open<Located>> locating = new HashMap<>();
  private final Map<ObjectId, Open<Rebuild>> rebuilding = new HashMap<>();

  private static final class Open<T> {
    private final CompletableFuture<T> answer = new CompletableFuture<>();
    private DirectoryMessage.ToShard question;
    private long askedAt = Long.MIN_VALUE / 2;
    private long unheardSince = Long.MAX_VALUE;
    private List<NodeId> awaited = List.of();

    Open(DirectoryMessage.ToShard question) {
      this.question = question;
    }

    void restart(long now) {
      if (unheardSince < now) { // it has been asked
        unheardSince = now;
      }
    }

    /** Somebody attends to it, unless that one waits for others before. */
    void heard(List<NodeId> waitsFor, long now) {
      awaited = waitsFor;
      if (waitsFor.isEmpty()) {
        unheardSince = now;
      }
    }
  }

  /**
   * A question that no shard has attended to for as long as the asker has patience.
   *
   * @param awaited whom the shard waited for when it last said anything
   */
  record Unheard(CompletableFuture<?> answer, int shard, List<NodeId> awaited) {
    /**
     * Tells the asker, outside of all locks.
     *
     * @param whereabouts what is known of shards that have said nothing at all, for people
     */
    void fail(String whereabouts, Pace pace) {
      var why = awaited.isEmpty()
          ? whereabouts
          : "it has just started, and nodes " + awaited + " have not told it what they have";
      answer.completeExceptionally(new TimeoutException("Shard " + shard
          + " of the directory does not answer: " + why + ". Waited "
          + Duration.ofMillis(pace.patienceMillis()) + " (mobula.directory.patience)."));
    }
  }

  Questions(NodeId self, ShardMap map, Pace pace) {
    this.self = self;
    this.map = map;
    this.pace = pace;
  }

  CompletableFuture<Located> locate(ObjectId id, int lostAttempt) {
    var open = locating.computeIfAbsent(id, key -> new Open<>(new Locate(self, key, lostAttempt)));
    if (lostAttempt > 0) { // whoever asked before may not have known
      open.question = new Locate(self, id, lostAttempt);
    }
    return open.answer;
  }

  CompletableFuture<Rebuild> rebuild(ObjectId id, int lostAttempt) {
    return rebuilding.computeIfAbsent(
            id, key -> new Open<>(new AskToRebuild(self, key, lostAttempt)))
        .answer;
  }

  /**
   * Asks what is new, and again what has been open for too long.
   *
   * @return what nobody attends to, which is open no more
   */
  List<Unheard> flush(long now, Sink sink) {
    var unheard = new ArrayList<Unheard>();
    flush(locating, now, sink, unheard);
    flush(rebuilding, now, sink, unheard);
    return unheard;
  }

  private <T> void flush(
      Map<ObjectId, Open<T>> questions, long now, Sink sink, List<Unheard> unheard) {
    questions.entrySet().removeIf(each -> {
      var id = each.getKey();
      var open = each.getValue();
      if (open.unheardSince <= now - pace.patienceMillis()) {
        unheard.add(new Unheard(open.answer, map.of(id), open.awaited));
        return true;
      }
      ask(id, open, now, sink);
      return false;
    });
  }

  private void ask(ObjectId id, Open<?> open, long now, Sink sink) {
    if (open.askedAt + pace.resendMillis() <= now) {
      open.askedAt = now;
      open.unheardSince = Math.min(open.unheardSince, now);
      sink.send(Participant.shard(map.of(id)), open.question);
    }
  }

  /**
   * A node has come or gone, and shards may move: whoever waits has as much patience again, since a
   * shard on its way is no loss.
   */
  void shardsMove(long now) {
    locating.values().forEach(open -> open.restart(now));
    rebuilding.values().forEach(open -> open.restart(now));
  }

  boolean isEmpty() {
    return locating.isEmpty() && rebuilding.isEmpty();
  }

  /** A shard has heard what was asked about the object. */
  void heard(Heard heard, long now) {
    var located = locating.get(heard.id());
    if (located != null) {
      located.heard(heard.awaited(), now);
    }
    var rebuilt = rebuilding.get(heard.id());
    if (rebuilt != null) {
      rebuilt.heard(heard.awaited(), now);
    }
  }

  /** Who is to be told; null if nobody asked. */
  @Nullable
  CompletableFuture<Located> answered(Found found) {
    var open = locating.remove(found.id());
    return open == null ? null : open.answer;
  }

  /** As above. */
  @Nullable
  CompletableFuture<Rebuild> answered(Ruling ruling) {
    var open = rebuilding.remove(ruling.id());
    return open == null ? null : open.answer;
  }

  /** All that wait, who are to be told that no answer comes. */
  List<CompletableFuture<?>> abandon() {
    var all = new ArrayList<CompletableFuture<?>>();
    locating.values().forEach(open -> all.add(open.answer));
    rebuilding.values().forEach(open -> all.add(open.answer));
    locating.clear();
    rebuilding.clear();
    return all;
  }

  static Located located(Found found) {
    var lost = found.lost();
    if (lost != null) {
      return new Located.Lost(lost.reason(), lost.rebuildable(), found.attempt());
    }
    var outcome = found.outcome();
    if (outcome == null) {
      return new Located.At(found.attempt(), found.bytes(), found.nodes());
    }
    return switch (outcome.kind()) {
      case VALUE -> new Located.Value(found.attempt(), outcome.encoded());
      case FAILURE -> new Located.Failure(found.attempt(), outcome.encoded());
      case SEALED -> new Located.At(found.attempt(), found.bytes(), found.nodes());
    };
  }

  static Rebuild rebuild(Ruling ruling) {
    return switch (ruling.verdict()) {
      case GRANTED ->
        new Rebuild.Granted(ruling.attempt(), Objects.requireNonNull(ruling.recipe(), "recipe"));
      case ELSEWHERE -> new Rebuild.Elsewhere(Objects.requireNonNull(ruling.maker(), "maker"));
      case READABLE -> new Rebuild.Unneeded();
      case IMPOSSIBLE -> new Rebuild.Impossible(Objects.requireNonNull(ruling.reason(), "reason"));
    };
  }
}
