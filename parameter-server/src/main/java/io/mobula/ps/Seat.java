package io.mobula.ps;

import io.mobula.ActorHandle;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.ps.clock.Consistency;
import io.mobula.ps.shard.ShardActor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A worker's place at a table, whatever its kind: joins, counts steps, keeps what it has sent until
 * that is answered, and leaves. For one thread.
 */
final class Seat {
  private final String table;
  private final int id;
  private final Consistency rule;
  private final List<ActorHandle<ShardActor>> shards;
  private final MobulaRuntime runtime;
  private final int rank;
  private final long worker = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
  private final long[] sequences;
  private final int most;
  private final Deque<Sent> inFlight = new ArrayDeque<>();
  private long ended;
  private boolean open = true;

  /**
   * Something that is under way to a shard.
   *
   * @param counts whether it is a push
   * @param then takes the answer
   */
  private record Sent(
      long step, int shard, boolean counts, ObjectRef<?> answer, Consumer<@Nullable Object> then) {}

  Seat(
      String table,
      int id,
      Consistency rule,
      List<ActorHandle<ShardActor>> shards,
      MobulaRuntime runtime,
      int rank,
      int maxInFlight) {
    if (maxInFlight < 0) {
      throw new IllegalArgumentException(
          "Wanted maxInFlight=" + maxInFlight + ": use 0 for pushes that wait for themselves.");
    }
    this.table = table;
    this.id = id;
    this.rule = rule;
    this.shards = shards;
    this.runtime = runtime;
    this.rank = rank;
    this.most = maxInFlight * shards.size();
    this.sequences = new long[shards.size()];
  }

  void join() {
    var steps = Shards.all(
        shards,
        shard ->
            shard.call(ShardActor::join, id, worker, rank, runtime.nodeId()).remote());
    ended = steps.stream().mapToLong(Long::longValue).max().orElseThrow();
    if (steps.stream().anyMatch(step -> step < ended)) {
      tellClock();
    }
  }

  long worker() {
    return worker;
  }

  int rank() {
    return rank;
  }

  long steps() {
    return ended;
  }

  long nextSequence(int shard) {
    return ++sequences[shard];
  }

  void requireOpen() {
    if (!open) {
      throw new IllegalStateException(
          "Worker " + rank + " of " + table + " was closed before: join again.");
    }
  }

  /** Notes a push. */
  void sent(int shard, ObjectRef<?> answer) {
    sent(shard, answer, nothing -> {});
  }

  /** Notes a push, whose answer somebody wants. */
  void sent(int shard, ObjectRef<?> answer, Consumer<@Nullable Object> then) {
    inFlight.addLast(new Sent(ended, shard, true, answer, then));
  }

  /** Waits for the oldest while too many are under way. */
  void settle() {
    settleDownTo(most);
  }

  /**
   * Waits until no more than so many are under way, but for those that wait for the end of the
   * present step.
   */
  void settleDownTo(int left) {
    while (inFlight.size() > left
        && !(rule.isBulk()
            && inFlight.getFirst().counts()
            && inFlight.getFirst().step() >= ended)) {
      var sent = inFlight.removeFirst();
      sent.then().accept(Shards.reached(() -> answerOf(sent)));
    }
  }

  /** Waits for all, for those of the present step, too: where none waits for its end. */
  void drain() {
    while (!inFlight.isEmpty()) {
      var sent = inFlight.removeFirst();
      sent.then().accept(Shards.reached(() -> answerOf(sent)));
    }
  }

  private @Nullable Object answerOf(Sent sent) {
    Shards.await(runtime, sent.answer(), () -> lookAround(sent.shard()));
    return Shards.taken(sent.answer());
  }

  /** Has a shard see who is dead of those that others wait for. */
  void lookAround(int shard) {
    shards
        .get(shard)
        .call(ShardActor::lookAround, id, rule.patience().toNanos())
        .remote()
        .close();
  }

  /** A step is over; the shards are told by what is sent next. */
  long endStep() {
    requireOpen();
    return ++ended;
  }

  void clock() {
    endStep();
    tellClock();
  }

  private void tellClock() {
    Shards.reached(() -> {
      for (int i = 0; i < shards.size(); i++) {
        var told = shards.get(i).tell(ShardActor::clock, id, worker, ended).remote();
        inFlight.addLast(new Sent(ended, i, false, told, nothing -> {}));
      }
      return inFlight;
    });
  }

  /** Leaves, and waits until all that was sent is taken in. Again does nothing. */
  void leave() {
    if (!open) {
      return;
    }
    open = false;
    var left = new ArrayList<ObjectRef<?>>();
    Shards.reached(() -> {
      for (var shard : shards) {
        left.add(shard.tell(ShardActor::leave, id, worker).remote());
      }
      return left;
    });
    ended++;
    settleDownTo(0);
    Shards.reached(() -> {
      left.forEach(Shards::taken);
      return left;
    });
  }
}
