package io.mobula.ps.shard;

import io.mobula.NodeId;
import io.mobula.ps.clock.Consistency;
import io.mobula.ps.clock.WorkerClock;
import io.mobula.ps.clock.WorkerTracker;
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

  final ShardCounters counters = new ShardCounters();
  final StalenessGate gate;
  final TablePart part;
  final HeapAdmission heap;
  private final Map<Long, Long> previousSequences =
      new HashMap<>(); // the last pushes in the layout before
  private long ceiling = Long.MAX_VALUE;
  private boolean frozen;
  private @Nullable StepWaiter stepWaiter;
  private @Nullable BlockedStep blockedStep;

  /** Somebody waits until all steps before one are applied. */
  private record StepWaiter(long step, CompletableFuture<Long> answer) {}

  TableShard(String table, Consistency rule, TablePart part, HeapAdmission heap) {
    this.gate = new StalenessGate(table, rule, counters);
    this.part = part;
    this.heap = heap;
  }

  // ---- memory

  /** Names in an error something of this part. */
  final Object describe(String thing) {
    return new Object() {
      @Override
      public String toString() {
        return thing + " " + gate.table() + " on shard " + part.index() + " of " + part.shards();
      }
    };
  }

  /** An array that is needed for a moment. */
  final <T> T allocateBriefly(String thing, long bytes, Supplier<T> allocation) {
    return heap.allocateBriefly(describe(thing), bytes, allocation);
  }

  // ---- workers

  /** A worker joins; gives how many steps it counts as having ended. */
  final long join(long worker, int rank, NodeId node) {
    long ended = gate.workers().join(worker, rank, node, System.nanoTime());
    applyEndedSteps();
    return ended;
  }

  /** A worker comes back that this shard may have forgotten. */
  final void rejoin(WorkerClock clock) {
    gate.workers().restore(clock, System.nanoTime());
    applyEndedSteps();
  }

  /** A worker leaves, and has ended that many steps by it. */
  final void leave(long worker, int layout, long steps) {
    requirePresent(layout);
    gate.workers().endSteps(worker, steps, System.nanoTime());
    applyEndedSteps();
    gate.leave(worker);
    applyEndedSteps();
  }

  /** A worker has ended that many steps. */
  final void clock(long worker, int layout, long steps) {
    requirePresent(layout);
    gate.recordActivity(worker);
    end(worker, steps);
  }

  private void end(long worker, long steps) {
    gate.workers().endSteps(worker, steps, System.nanoTime());
    applyEndedSteps();
  }

  /** Who is dead or silent. */
  final List<WorkerClock> evictUnresponsive(@Nullable Set<NodeId> nodes, long patienceNanos) {
    return gate.workers().evict(nodes, patienceNanos, System.nanoTime());
  }

  /** Goes on without them. */
  final void evict(List<WorkerClock> gone) {
    gone.forEach(clock -> gate.leave(clock.worker()));
    applyEndedSteps();
  }

  /** Refuses what is for another layout, or for one that is about to end. */
  final void requirePresent(int layout) {
    requirePresent(layout, false);
  }

  /** As above, after a push that came with it was taken in. */
  final void requirePresent(int layout, boolean taken) {
    if (frozen || layout != part.layout()) {
      throw new ParametersMovedException(gate.table(), layout, part.layout(), taken);
    }
  }

  /**
   * Whether a push was taken in before; if not, it may be now.
   *
   * @throws ParametersMovedException when it is for another layout, and was not taken in there
   */
  final boolean wasTaken(PushOrigin origin) {
    boolean here = !frozen && origin.layout() == part.layout();
    if (here) {
      gate.recordActivity(origin.worker());
      if (gate.workers().endedSteps(origin.worker()) < origin.endedSteps()) {
        end(origin.worker(), origin.endedSteps());
      }
    }
    boolean was = origin.sequence() <= lastOf(origin);
    if (was) {
      counters.recordRepeat();
    } else if (!here) {
      throw new ParametersMovedException(gate.table(), origin.layout(), part.layout());
    }
    return was;
  }

  private long lastOf(PushOrigin origin) {
    if (origin.layout() == part.layout()) {
      return gate.workers().sequence(origin.worker());
    }
    return origin.layout() == part.layout() - 1
        ? previousSequences.getOrDefault(origin.worker(), 0L)
        : 0;
  }

  /**
   * Before a push of a step that is not over: a step before it that could not be applied is tried
   * again, so that no more and more gradients are kept behind it.
   *
   * @throws RuntimeException why it cannot be applied
   */
  final void requireApplied(PushOrigin origin) {
    var before = blockedStep;
    if (before != null && before.step() < origin.endedSteps()) {
      applyEndedSteps();
      requireApplied();
    }
  }

  /**
   * After the end of a step.
   *
   * @throws RuntimeException why a step that is over cannot be applied
   */
  final void requireApplied() {
    if (blockedStep != null) {
      throw blockedStep.failure();
    }
  }

  /** Takes a push in, from now on. */
  final void recordPush(PushOrigin origin) {
    gate.workers().recordPush(origin.worker(), origin.sequence());
  }

  /** A worker, or somebody who is none, wants to read. */
  final void admitRead(long worker, int layout, long steps) {
    requirePresent(layout);
    gate.requireKnown(worker);
    if (!gate.workers().isPresent(worker)) {
      return;
    }
    if (gate.workers().endedSteps(worker) < steps) {
      end(worker, steps);
    } else if (blockedStep != null) {
      applyEndedSteps();
    }
    requireApplied();
  }

  // ---- steps

  /**
   * Applies the steps that all have ended, and answers those who may read now. A step that cannot
   * be applied stays as it is, and is tried again with the next call: this throws nothing, as the
   * clocks are right all the same.
   */
  final void applyEndedSteps() {
    long slowest = Math.min(gate.workers().slowest(), ceiling);
    long applied = slowest;
    try {
      finishBefore(slowest);
      blockedStep = null;
    } catch (Throwable thrown) { // an optimizer or aggregator of the program's, or want of memory
      applied = firstPendingStep();
      blockedStep =
          BlockedStep.of(blockedStep, applied, thrown, gate.table() + " on shard " + part.index());
    }
    gate.workers().forgetDeparted(gate.isBulk() ? applied : Long.MAX_VALUE);
    gate.advance(applied);
    var waiting = stepWaiter;
    if (waiting != null && gate.applied() >= waiting.step()) {
      stepWaiter = null;
      waiting.answer().complete(gate.applied());
    }
    if (blockedStep != null && blockedStep.isReportable()) {
      refuseWaiting(blockedStep, slowest);
    }
  }

  /** Whoever waits for a step that cannot be applied is told, and may try again. */
  private void refuseWaiting(BlockedStep present, long slowest) {
    gate.refuseWaiting(present::failure);
    var waiting = stepWaiter;
    if (waiting != null) {
      stepWaiter = null;
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
  abstract long firstPendingStep();

  /** Fails the pushes that wait for steps before that, and keeps what they have brought. */
  abstract void refuseBefore(long step, Supplier<RuntimeException> why);

  /** No step beyond that is applied from now on. */
  final void holdAt(long step) {
    ceiling = step;
    applyEndedSteps();
  }

  /** Up to which step everything is applied. */
  final long applied() {
    return gate.applied();
  }

  /** Completes when all steps before that are applied. */
  final CompletionStage<Long> whenApplied(long step) {
    var answer = new CompletableFuture<Long>();
    stepWaiter = new StepWaiter(step, answer);
    applyEndedSteps();
    return answer;
  }

  // ---- moving

  /** Takes nothing in any more, and sends those away who wait. */
  final void freeze() {
    frozen = true;
    releaseGradients();
    gate.refuseWaiting(
        () -> new ParametersMovedException(gate.table(), part.layout(), part.layout(), true));
  }

  /** The parameters stay here after all. */
  final void thaw() {
    frozen = false;
    releaseGradients();
    applyEndedSteps();
  }

  /** Copies gradients that are kept: those who wrote them wait no longer. */
  abstract void releaseGradients();

  /** Which pushes were the last, for those that come again after the move. */
  final void remember(TableShard old) {
    for (var clock : old.gate.workers().clocks()) {
      previousSequences.put(clock.worker(), clock.sequence());
    }
  }

  /** Takes over what a block says of its shard as a whole. */
  final void startFrom(ShardSnapshot.Header header, SnapshotOrigin snapshotOrigin) {
    boolean same = header.layout() == part.layout();
    if (snapshotOrigin != SnapshotOrigin.RESTORED) {
      previousSequences.putAll(same ? header.previousSequences() : Map.of());
      for (var clock : header.workers()) {
        gate.workers().restore(same ? clock : clock.withoutPushes(), System.nanoTime());
      }
      gate.workers().startAt(header.slowest());
      gate.begin(header.applied());
    }
    if (snapshotOrigin == SnapshotOrigin.RECOVERED) {
      gate.expectUnknownWorkers();
    }
  }

  /** How a shard comes by a block. */
  enum SnapshotOrigin {
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
  abstract long endItem();

  /** Whether it has to look at those of a checkpoint for its own. */
  abstract boolean wants(long from, long to);

  /** A standby gets a copy, which does not have the names of lists of keys: they are sent anew. */
  abstract void forgetKeyLists();

  /** What a block of some of it would have. */
  abstract ShardSnapshot.Header header(SnapshotSelection selection);

  /** How long that block is. */
  abstract long sizeOf(SnapshotSelection selection);

  /** Writes a block of some of it. */
  abstract void write(SnapshotSelection selection, SnapshotOutput output);

  /** Takes in the state in a block, as far as it is this shard's. */
  abstract void adopt(ShardSnapshot snapshot, SnapshotOrigin snapshotOrigin);

  /** The last pushes in the layout before this one, by worker. */
  final Map<Long, Long> previousSequences() {
    return Map.copyOf(previousSequences);
  }

  // ---- reports

  /** How often the weights were changed. */
  abstract long updates();

  /** Gives memory back. */
  abstract void close();

  /** What has happened here so far. */
  final ShardMetrics metrics() {
    return counters.metrics(updates(), gate.waitingReads(), gate.workers().size());
  }

  /** The clocks, for whoever writes them. */
  final WorkerTracker workers() {
    return gate.workers();
  }
}
