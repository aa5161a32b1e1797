package io.mobula.ps.internal.shard;

import io.mobula.NodeId;
import io.mobula.ps.ShardMetrics;
import io.mobula.ps.clock.Consistency;
import io.mobula.ps.internal.clock.WorkerClock;
import io.mobula.ps.internal.clock.WorkerTracker;
import io.mobula.ps.internal.heap.HeapAdmission;
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
 * One shard's part of a table, as far as dense and sparse tables are alike: workers join, end steps
 * and leave; steps can be held so that all shards stop at the same one; parts move between shards.
 * For one thread.
 */
abstract sealed class TableShard permits DenseShard, SparseShard {
  private static final Logger LOG = LoggerFactory.getLogger(TableShard.class);

  final ShardCounters counters = new ShardCounters();
  final StalenessGate gate;
  final TablePart part;
  final HeapAdmission heap;
  // each worker's last push in the previous layout
  private final Map<Long, Long> previousSequences = new HashMap<>();
  private long ceiling = Long.MAX_VALUE;
  private boolean frozen;
  private @Nullable StepWaiter stepWaiter;
  private @Nullable BlockedStep blockedStep;

  /** Request that waits until all steps before one are applied. */
  private record StepWaiter(long step, CompletableFuture<Long> answer) {}

  TableShard(String table, Consistency rule, TablePart part, HeapAdmission heap) {
    this.gate = new StalenessGate(table, rule, counters);
    this.part = part;
    this.heap = heap;
  }

  // ---- allocation

  /** Describes a thing of this part, for messages; evaluated lazily. */
  final Object describe(String thing) {
    return new Object() {
      @Override
      public String toString() {
        return thing + " " + gate.table() + " on shard " + part.index() + " of " + part.shards();
      }
    };
  }

  /** Allocates an array that is needed only briefly. */
  final <T> T allocateBriefly(String thing, long bytes, Supplier<T> allocation) {
    return heap.allocateBriefly(describe(thing), bytes, allocation);
  }

  // ---- workers

  /** Adds a worker; returns how many steps it counts as having ended. */
  final long join(long worker, int rank, NodeId node) {
    long ended = gate.workers().join(worker, rank, node, System.nanoTime());
    applyEndedSteps();
    return ended;
  }

  /** Adds a worker again that this shard may have lost. */
  final void rejoin(WorkerClock clock) {
    gate.workers().restore(clock, System.nanoTime());
    applyEndedSteps();
  }

  /** Removes a worker, which has ended that many steps by leaving. */
  final void leave(long worker, int layout, long steps) {
    requirePresent(layout);
    gate.workers().endSteps(worker, steps, System.nanoTime());
    applyEndedSteps();
    gate.leave(worker);
    applyEndedSteps();
  }

  /** Records that a worker has ended that many steps. */
  final void clock(long worker, int layout, long steps) {
    requirePresent(layout);
    gate.recordActivity(worker);
    end(worker, steps);
  }

  private void end(long worker, long steps) {
    gate.workers().endSteps(worker, steps, System.nanoTime());
    applyEndedSteps();
  }

  /** Evicts dead and unresponsive workers from the clocks, and returns them. */
  final List<WorkerClock> evictUnresponsive(@Nullable Set<NodeId> nodes, long timeoutNanos) {
    return gate.workers().evict(nodes, timeoutNanos, System.nanoTime());
  }

  /** Removes evicted workers and applies the steps that they held up. */
  final void evict(List<WorkerClock> gone) {
    gone.forEach(clock -> gate.leave(clock.worker()));
    applyEndedSteps();
  }

  /** Refuses a request for another layout, or one that arrives during a move. */
  final void requirePresent(int layout) {
    requirePresent(layout, false);
  }

  /** Refuses such a request; {@code taken} says that the push that came with it was applied. */
  final void requirePresent(int layout, boolean taken) {
    if (frozen || layout != part.layout()) {
      throw new ParametersMovedException(gate.table(), layout, part.layout(), taken);
    }
  }

  /**
   * Returns whether a push was applied before. If not, the push is for this layout and may be
   * applied.
   *
   * @throws ParametersMovedException when the push is for another layout and was not applied there
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
   * Tries again to apply a blocked step that precedes the step of a push, so that gradients do not
   * pile up behind it.
   *
   * @throws RuntimeException the reason why the step cannot be applied
   */
  final void requireApplied(PushOrigin origin) {
    var before = blockedStep;
    if (before != null && before.step() < origin.endedSteps()) {
      applyEndedSteps();
      requireApplied();
    }
  }

  /**
   * Checks, after the end of a step, that no step is blocked.
   *
   * @throws RuntimeException the reason why a step cannot be applied
   */
  final void requireApplied() {
    if (blockedStep != null) {
      throw blockedStep.failure();
    }
  }

  /** Records a push as applied, so that it is not applied again. */
  final void recordPush(PushOrigin origin) {
    gate.workers().recordPush(origin.worker(), origin.sequence());
  }

  /** Admits a reader under a layout, and records the steps that it has ended if it is a worker. */
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
   * Applies the steps that all workers have ended, and answers the pulls that may now read. A step
   * that cannot be applied is kept and tried again at the next call. Throws nothing in that case,
   * as the clocks are correct nevertheless.
   */
  final void applyEndedSteps() {
    long slowest = Math.min(gate.workers().slowest(), ceiling);
    long applied = slowest;
    try {
      finishBefore(slowest);
      blockedStep = null;
    } catch (Throwable thrown) { // a user's optimizer or aggregator fails, or memory is short
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

  /** Fails the requests that wait for a blocked step; they may be tried again. */
  private void refuseWaiting(BlockedStep present, long slowest) {
    gate.refuseWaiting(present::failure);
    var waiting = stepWaiter;
    if (waiting != null) {
      stepWaiter = null;
      waiting.answer().completeExceptionally(present.failure());
    }
    try {
      refuseBefore(slowest, present::failure);
    } catch (OutOfMemoryError full) { // no memory to keep the gradients: their pushes go on waiting
      LOG.warn(
          "Pushes to {} wait for the next try, as the heap is full: {}",
          gate.table(),
          full.toString());
    }
  }

  /**
   * Applies the pending steps before {@code step}, in order; a step that cannot be applied stays
   * pending.
   */
  abstract void finishBefore(long step);

  /** Returns the first pending step. */
  abstract long firstPendingStep();

  /** Fails the pushes that wait for steps before {@code step}, and keeps their gradients. */
  abstract void refuseBefore(long step, Supplier<RuntimeException> why);

  /** Sets the step beyond which no step is applied from now on. */
  final void holdAt(long step) {
    ceiling = step;
    applyEndedSteps();
  }

  /** Returns the number of steps that are applied. */
  final long applied() {
    return gate.applied();
  }

  /** Returns a stage that completes when all steps before {@code step} are applied. */
  final CompletionStage<Long> whenApplied(long step) {
    var answer = new CompletableFuture<Long>();
    stepWaiter = new StepWaiter(step, answer);
    applyEndedSteps();
    return answer;
  }

  // ---- moves and snapshots

  /** Refuses requests from now on, and fails the waiting pulls. */
  final void freeze() {
    frozen = true;
    releaseGradients();
    gate.refuseWaiting(
        () -> new ParametersMovedException(gate.table(), part.layout(), part.layout(), true));
  }

  /** Accepts requests again, as the parameters stay here after all. */
  final void thaw() {
    frozen = false;
    releaseGradients();
    applyEndedSteps();
  }

  /** Copies the gradients that are kept, so that the pushes that brought them are acknowledged. */
  abstract void releaseGradients();

  /** Records the last pushes of the part that this one replaces, to recognize repeated pushes. */
  final void remember(TableShard old) {
    for (var clock : old.gate.workers().clocks()) {
      previousSequences.put(clock.worker(), clock.sequence());
    }
  }

  /** Takes over the worker clocks and steps of a snapshot. */
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

  /** Origin of a snapshot that a shard adopts. */
  enum SnapshotOrigin {
    /** Copy of a replica; nothing was lost. */
    TAKEN_OVER,
    /** Data of other shards in another layout. */
    MOVED,
    /** Checkpoint of a running server, after a restart. */
    RECOVERED,
    /** Checkpoint that a new table starts from. */
    RESTORED
  }

  /** Returns the specification of the table. */
  abstract TableSpec spec();

  /** Returns the first parameter, or 0 in a sparse table. */
  abstract long firstItem();

  /** Returns one past the last parameter, or the number of rows. */
  abstract long endItem();

  /** Returns whether a range of a checkpoint may contain items of this shard. */
  abstract boolean wants(long from, long to);

  /**
   * Forgets all key lists, as a replica's copy does not contain them; workers send the keys again.
   */
  abstract void forgetKeyLists();

  /** Returns the header of a snapshot of a selection. */
  abstract ShardSnapshot.Header header(SnapshotSelection selection);

  /** Returns the size in bytes of a snapshot of a selection. */
  abstract long sizeOf(SnapshotSelection selection);

  /** Writes a snapshot of a selection. */
  abstract void write(SnapshotSelection selection, SnapshotOutput output);

  /** Adopts the state in a snapshot, as far as it belongs to this shard. */
  abstract void adopt(ShardSnapshot snapshot, SnapshotOrigin snapshotOrigin);

  /** Returns each worker's last push in the previous layout. */
  final Map<Long, Long> previousSequences() {
    return Map.copyOf(previousSequences);
  }

  // ---- reports

  /** Returns the number of updates applied to the weights. */
  abstract long updates();

  /** Frees the memory of the part. */
  abstract void close();

  /** Returns the counters of this part. */
  final ShardMetrics metrics() {
    return counters.metrics(updates(), gate.waitingReads(), gate.workers().size());
  }

  /** Returns the workers with their clocks. */
  final WorkerTracker workers() {
    return gate.workers();
  }
}
