package io.mobula.ps.shard;

import io.mobula.NodeId;
import io.mobula.ps.clock.WorkerTracker;
import io.mobula.ps.clock.Consistency;
import io.mobula.ps.clock.WorkerClock;
import io.mobula.ps.heap.HeapAdmission;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One shard's part of a table, as far as all kinds of tables are alike: workers join, end steps and
 * leave; steps are held back while others want all shards to stand at the same one; and it moves.
 * One thread.
 */
abstract sealed class TableShard permits DenseShard, SparseShard {
  private static final Logger LOG = LoggerFactory.getLogger(TableShard.class);

  final Traffic traffic = new Traffic();
  final Gate gate;
  final Part part;
  final HeapAdmission heap;
  private final Map<Long, Long> before = new HashMap<>(); // the last pushes in the layout before
  private long ceiling = Long.MAX_VALUE;
  private boolean frozen;
  private @Nullable Reached reached;
  private @Nullable OpenStep open;

  /** Somebody waits until all steps before one are applied. */
  private record Reached(long step, CompletableFuture<Long> answer) {}

  TableShard(String table, Consistency rule, Part part, HeapAdmission heap) {
    this.gate = new Gate(table, rule, traffic);
    this.part = part;
    this.heap = heap;
  }

  // ---- memory

  /** Names in an error something of this part. */
  final Object what(String thing) {
    return new Object() {
      @Override
      public String toString() {
        return thing + " " + gate.table() + " on shard " + part.index() + " of " + part.shards();
      }
    };
  }

  /** An array that is needed for a moment. */
  final <T> T brief(String thing, long bytes, Supplier<T> allocation) {
    return heap.allocateBriefly(what(thing), bytes, allocation);
  }

  // ---- workers

  /** A worker joins; gives how many steps it counts as having ended. */
  final long join(long worker, int rank, NodeId node) {
    long ended = gate.clocks().join(worker, rank, node, System.nanoTime());
    settle();
    return ended;
  }

  /** A worker comes back that this shard may have forgotten. */
  final void rejoin(WorkerClock clock) {
    gate.clocks().restore(clock, System.nanoTime());
    settle();
  }

  /** A worker leaves, and has ended that many steps by it. */
  final void leave(long worker, int layout, long steps) {
    requirePresent(layout);
    gate.clocks().endSteps(worker, steps, System.nanoTime());
    settle();
    gate.leave(worker);
    settle();
  }

  /** A worker has ended that many steps. */
  final void clock(long worker, int layout, long steps) {
    requirePresent(layout);
    gate.enter(worker);
    end(worker, steps);
  }

  private void end(long worker, long steps) {
    gate.clocks().endSteps(worker, steps, System.nanoTime());
    settle();
  }

  /** Who is dead or silent. */
  final List<WorkerClock> evictable(@Nullable Set<NodeId> nodes, long patienceNanos) {
    return gate.clocks().evict(nodes, patienceNanos, System.nanoTime());
  }

  /** Goes on without them. */
  final void evict(List<WorkerClock> gone) {
    gone.forEach(clock -> gate.leave(clock.worker()));
    settle();
  }

  /** Refuses what is for another layout, or for one that is about to end. */
  final void requirePresent(int layout) {
    requirePresent(layout, false);
  }

  /** As above, after a push that came with it was taken in. */
  final void requirePresent(int layout, boolean taken) {
    if (frozen || layout != part.layout()) {
      throw new MovedException(gate.table(), layout, part.layout(), taken);
    }
  }

  /**
   * Whether a push was taken in before; if not, it may be now.
   *
   * @throws MovedException when it is for another layout, and was not taken in there
   */
  final boolean wasTaken(Sender sender) {
    boolean here = !frozen && sender.layout() == part.layout();
    if (here) {
      gate.enter(sender.worker());
      if (gate.clocks().endedSteps(sender.worker()) < sender.steps()) {
        end(sender.worker(), sender.steps());
      }
    }
    boolean was = sender.sequence() <= lastOf(sender);
    if (was) {
      traffic.repeated();
    } else if (!here) {
      throw new MovedException(gate.table(), sender.layout(), part.layout());
    }
    return was;
  }

  private long lastOf(Sender sender) {
    if (sender.layout() == part.layout()) {
      return gate.clocks().sequence(sender.worker());
    }
    return sender.layout() == part.layout() - 1 ? before.getOrDefault(sender.worker(), 0L) : 0;
  }

  /**
   * Before a push of a step that is not over: a step before it that could not be applied is tried
   * again, so that no more and more gradients are kept behind it.
   *
   * @throws RuntimeException why it cannot be applied
   */
  final void requireApplied(Sender sender) {
    var before = open;
    if (before != null && before.step() < sender.steps()) {
      settle();
      requireApplied();
    }
  }

  /**
   * After the end of a step.
   *
   * @throws RuntimeException why a step that is over cannot be applied
   */
  final void requireApplied() {
    if (open != null) {
      throw open.failure();
    }
  }

  /** Takes a push in, from now on. */
  final void take(Sender sender) {
    gate.clocks().recordPush(sender.worker(), sender.sequence());
  }

  /** A worker, or somebody who is none, wants to read. */
  final void ask(long worker, int layout, long steps) {
    requirePresent(layout);
    gate.requireKnown(worker);
    if (!gate.clocks().isPresent(worker)) {
      return;
    }
    if (gate.clocks().endedSteps(worker) < steps) {
      end(worker, steps);
    } else if (open != null) {
      settle();
    }
    requireApplied();
  }

  // ---- steps

  /**
   * Applies the steps that all have ended, and answers those who may read now. A step that cannot
   * be applied stays as it is, and is tried again with the next call: this throws nothing, as the
   * clocks are right all the same.
   */
  final void settle() {
    long slowest = Math.min(gate.clocks().slowest(), ceiling);
    long applied = slowest;
    try {
      finishBefore(slowest);
      open = null;
    } catch (Throwable thrown) { // an optimizer or aggregator of the program's, or want of memory
      applied = firstOpen();
      open = OpenStep.of(open, applied, thrown, gate.table() + " on shard " + part.index());
    }
    gate.clocks().forgetDeparted(gate.isBulk() ? applied : Long.MAX_VALUE);
    gate.open(applied);
    var waiting = reached;
    if (waiting != null && gate.applied() >= waiting.step()) {
      reached = null;
      waiting.answer().complete(gate.applied());
    }
    if (open != null && open.isToBeTold()) {
      sendAway(open, slowest);
    }
  }

  /** Whoever waits for a step that cannot be applied is told, and may try again. */
  private void sendAway(OpenStep present, long slowest) {
    gate.sendAway(present::failure);
    var waiting = reached;
    if (waiting != null) {
      reached = null;
      waiting.answer().completeExceptionally(present.failure());
    }
    try {
      refuseBefore(slowest, present::failure);
    } catch (OutOfMemoryError full) { // there is no room to keep what they brought: they wait
      LOG.warn(
          "Pushes to {} wait for the next try, as the heap is full: {}",
          gate.table(),
          full.toString());
    }
  }

  /**
   * Applies what was kept for the steps before that, one after the other; what cannot be applied
   * stays.
   */
  abstract void finishBefore(long step);

  /** The first step of which something is kept. */
  abstract long firstOpen();

  /** Fails the pushes that wait for steps before that, and keeps what they have brought. */
  abstract void refuseBefore(long step, Supplier<RuntimeException> why);

  /** No step beyond that is applied from now on. */
  final void holdAt(long step) {
    ceiling = step;
    settle();
  }

  /** Up to which step everything is applied. */
  final long applied() {
    return gate.applied();
  }

  /** Completes when all steps before that are applied. */
  final CompletionStage<Long> reach(long step) {
    var answer = new CompletableFuture<Long>();
    reached = new Reached(step, answer);
    settle();
    return answer;
  }

  // ---- moving

  /** Takes nothing in any more, and sends those away who wait. */
  final void freeze() {
    frozen = true;
    fold();
    gate.sendAway(() -> new MovedException(gate.table(), part.layout(), part.layout(), true));
  }

  /** The parameters stay here after all. */
  final void thaw() {
    frozen = false;
    fold();
    settle();
  }

  /** Copies gradients that are kept: those who wrote them wait no longer. */
  abstract void fold();

  /** Which pushes were the last, for those that come again after the move. */
  final void remember(TableShard old) {
    for (var clock : old.gate.clocks().clocks()) {
      before.put(clock.worker(), clock.sequence());
    }
  }

  /** Takes over what a block says of its shard as a whole. */
  final void begin(Block.Head head, Entry entry) {
    boolean same = head.layout() == part.layout();
    if (entry != Entry.RESTORED) {
      before.putAll(same ? head.before() : Map.of());
      for (var clock : head.workers()) {
        gate.clocks().restore(same ? clock : clock.withoutPushes(), System.nanoTime());
      }
      gate.clocks().startAt(head.slowest());
      gate.begin(head.applied());
    }
    if (entry == Entry.RECOVERED) {
      gate.forget();
    }
  }

  /** How a shard comes by a block. */
  enum Entry {
    /** From a standby: nothing is lost. */
    TAKEN_OVER,
    /** From other shards, in another layout. */
    MOVED,
    /** From a checkpoint, of a server that lives on. */
    RECOVERED,
    /** From a checkpoint, into a new table. */
    RESTORED
  }

  /** What the table is. */
  abstract TableSpec spec();

  /** The number of the first parameter, or 0. */
  abstract long firstItem();

  /** The number after that of the last parameter, or how many rows there are. */
  abstract long lastItem();

  /** Whether it has to look at those of a checkpoint for its own. */
  abstract boolean wants(long from, long to);

  /** A standby gets a copy, which does not have the names of lists of keys: they are sent anew. */
  abstract void forgetNames();

  /** What a block of some of it would have. */
  abstract Block.Head head(Cut cut);

  /** How long that block is. */
  abstract long sizeOf(Cut cut);

  /** Writes a block of some of it. */
  abstract void write(Cut cut, Output output);

  /** Takes in the state in a block, as far as it is this shard's. */
  abstract void adopt(Block block, Entry entry);

  /** The last pushes in the layout before this one, by worker. */
  final Map<Long, Long> before() {
    return Map.copyOf(before);
  }

  // ---- reports

  /** How often the weights were changed. */
  abstract long updates();

  /** Gives memory back. */
  abstract void close();

  /** What has happened here so far. */
  final ShardMetrics metrics() {
    return traffic.metrics(updates(), gate.waiting(), gate.clocks().size());
  }

  /** The clocks, for whoever writes them. */
  final WorkerTracker clocks() {
    return gate.clocks();
  }
}
