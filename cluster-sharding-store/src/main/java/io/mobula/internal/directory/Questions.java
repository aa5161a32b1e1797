package io.mobula.internal.directory;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.directory.DirectoryMessage.AskToRebuild;
import io.mobula.internal.directory.DirectoryMessage.Found;
import io.mobula.internal.directory.DirectoryMessage.Locate;
import io.mobula.internal.directory.DirectoryMessage.Ruling;
import io.mobula.spi.Located;
import io.mobula.spi.Rebuild;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What a node has asked and not been answered: one question for each object, however many want to
 * know, asked again until the answer comes. Guarded by its owner, who completes the futures outside
 * of its lock.
 */
final class Questions {
  private final NodeId self;
  private final ShardMap map;
  private final long resendMillis;
  private final Map<ObjectId, Open<Located>> locating = new HashMap<>();
  private final Map<ObjectId, Open<Rebuild>> rebuilding = new HashMap<>();

  private static final class Open<T> {
    private final CompletableFuture<T> answer = new CompletableFuture<>();
    private final DirectoryMessage.ToShard question;
    private long askedAt = Long.MIN_VALUE / 2;

    Open(DirectoryMessage.ToShard question) {
      this.question = question;
    }
  }

  Questions(NodeId self, ShardMap map, long resendMillis) {
    this.self = self;
    this.map = map;
    this.resendMillis = resendMillis;
  }

  CompletableFuture<Located> locate(ObjectId id) {
    return locating.computeIfAbsent(id, key -> new Open<>(new Locate(self, key))).answer;
  }

  CompletableFuture<Rebuild> rebuild(ObjectId id, int lostAttempt) {
    return rebuilding.computeIfAbsent(
            id, key -> new Open<>(new AskToRebuild(self, key, lostAttempt)))
        .answer;
  }

  /** Asks what is new, and again what has been open for too long. */
  void flush(long now, Sink sink) {
    locating.forEach((id, open) -> ask(id, open, now, sink));
    rebuilding.forEach((id, open) -> ask(id, open, now, sink));
  }

  private void ask(ObjectId id, Open<?> open, long now, Sink sink) {
    if (open.askedAt + resendMillis <= now) {
      open.askedAt = now;
      sink.send(Participant.shard(map.of(id)), open.question);
    }
  }

  boolean isEmpty() {
    return locating.isEmpty() && rebuilding.isEmpty();
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
