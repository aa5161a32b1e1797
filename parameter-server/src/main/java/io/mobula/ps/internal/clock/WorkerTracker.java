package io.mobula.ps.internal.clock;

import io.mobula.NodeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tracker of a table's workers on one shard: how many steps each has ended, and the sequence number
 * of its last push. A worker that has left holds up no other. For one thread.
 */
public final class WorkerTracker {
  private final Map<Long, WorkerState> states = new HashMap<>();
  private long floor;
  private boolean begun;

  /** Mutable state of one worker. */
  private static final class WorkerState {
    private final int rank;
    private final NodeId node;
    private long ended;
    private long sequence;
    private long seenNanos;
    private boolean gone;

    WorkerState(int rank, NodeId node, long ended, long nowNanos) {
      this.rank = rank;
      this.node = node;
      this.ended = ended;
      this.seenNanos = nowNanos;
    }
  }

  /**
   * Adds a worker at the step of the slowest one. A present worker of the same rank counts as
   * departed, as it has been restarted.
   *
   * @return how many steps the new worker counts as having ended
   */
  public long join(long worker, int rank, NodeId node, long nowNanos) {
    states.forEach((other, state) -> state.gone |= state.rank == rank);
    long ended = slowest();
    states.put(worker, new WorkerState(rank, node, ended, nowNanos));
    return ended;
  }

  /** Returns the clocks of all workers, in no particular order. */
  public List<WorkerClock> clocks() {
    var clocks = new ArrayList<WorkerClock>(states.size());
    states.forEach((worker, state) -> clocks.add(mark(worker, state)));
    return clocks;
  }

  private static WorkerClock mark(long worker, WorkerState state) {
    return new WorkerClock(worker, state.rank, state.node, state.ended, state.sequence, state.gone);
  }

  /**
   * Adds a worker that other shards knew before. If it is known here already, the lower of both
   * step counts holds.
   */
  public void restore(WorkerClock clock, long nowNanos) {
    var known = states.get(clock.worker());
    if (known != null) {
      known.ended = Math.min(known.ended, clock.endedSteps());
      known.gone = clock.departed();
      return;
    }
    if (!clock.departed()) {
      states.forEach((other, present) -> present.gone |= present.rank == clock.rank());
    }
    var state = new WorkerState(clock.rank(), clock.node(), clock.endedSteps(), nowNanos);
    state.sequence = clock.sequence();
    state.gone = clock.departed();
    states.put(clock.worker(), state);
  }

  /** Starts at a step; of several starts, the lowest step counts. */
  public void startAt(long step) {
    floor = begun ? Math.min(floor, step) : step;
    begun = true;
  }

  /** Returns the rank that a worker joined with; -1 if the worker is unknown. */
  public int rank(long worker) {
    var state = states.get(worker);
    return state == null ? -1 : state.rank;
  }

  /** Marks a worker as departed, so that it holds up no other. Idempotent. */
  public void leave(long worker) {
    raiseFloor();
    var state = states.get(worker);
    if (state != null) {
      state.gone = true;
    }
    raiseFloor();
  }

  /** Returns whether the worker is known and has not departed. */
  public boolean isPresent(long worker) {
    return present(worker) != null;
  }

  private @Nullable WorkerState present(long worker) {
    var state = states.get(worker);
    return state == null || state.gone ? null : state;
  }

  /**
   * Returns how many workers take part in a step: those present, and those that departed after
   * ending it.
   */
  public int participants(long step) {
    int count = 0;
    for (var state : states.values()) {
      count += !state.gone || state.ended > step ? 1 : 0;
    }
    return count;
  }

  /** Returns how many steps a worker has ended; 0 if it is unknown. */
  public long endedSteps(long worker) {
    var state = present(worker);
    return state == null ? 0 : state.ended;
  }

  /** Records that a worker has ended that many steps; returns false if it is not present. */
  public boolean endSteps(long worker, long steps, long nowNanos) {
    var state = present(worker);
    if (state == null) {
      return false;
    }
    state.ended = Math.max(state.ended, steps);
    state.seenNanos = nowNanos;
    raiseFloor();
    return true;
  }

  /** Records a sign of life of a worker. */
  public void recordActivity(long worker, long nowNanos) {
    var state = present(worker);
    if (state != null) {
      state.seenNanos = nowNanos;
    }
  }

  /**
   * Records a push, unless it was recorded before; returns whether it is new. A push is applied
   * once, however often it is sent.
   *
   * @param sequence sequence number of the push to this shard, from 1
   */
  public boolean recordPush(long worker, long sequence) {
    var state = present(worker);
    if (state == null || sequence <= state.sequence) {
      return false;
    }
    state.sequence = sequence;
    return true;
  }

  /**
   * Returns the sequence number of a worker's last push; 0 if there was none, or if the worker is
   * unknown.
   */
  public long sequence(long worker) {
    var state = states.get(worker);
    return state == null ? 0 : state.sequence;
  }

  /**
   * Returns how many steps the slowest worker has ended. Without workers it is the highest count
   * that was ever reached by all.
   */
  public long slowest() {
    raiseFloor();
    return floor;
  }

  private void raiseFloor() {
    long least = Long.MAX_VALUE;
    boolean some = false;
    for (var state : states.values()) {
      if (!state.gone) {
        least = Math.min(least, state.ended);
        some = true;
      }
    }
    floor = some ? Math.max(floor, least) : floor;
  }

  /**
   * Forgets departed workers that take no part in the steps from {@code step} on, as all before are
   * applied.
   */
  public void forgetDeparted(long step) {
    states.values().removeIf(state -> state.gone && state.ended <= step);
  }

  /** Returns the number of present workers. */
  public int size() {
    int count = 0;
    for (var state : states.values()) {
      count += state.gone ? 0 : 1;
    }
    return count;
  }

  /**
   * Marks workers as departed and returns them: those whose node is dead, and among the slowest
   * those that have shown no sign of life for longer than the timeout.
   *
   * @param nodes the live nodes; null if they are not known
   */
  public List<WorkerClock> evict(@Nullable Set<NodeId> nodes, long timeoutNanos, long nowNanos) {
    long least = slowest();
    var gone = new ArrayList<WorkerClock>();
    states.forEach((worker, state) -> {
      boolean dead = nodes != null && !nodes.contains(state.node);
      boolean silent = state.ended <= least && nowNanos - state.seenNanos > timeoutNanos;
      if (!state.gone && (dead || silent)) {
        gone.add(mark(worker, state));
      }
    });
    gone.forEach(clock -> leave(clock.worker()));
    return gone;
  }
}
