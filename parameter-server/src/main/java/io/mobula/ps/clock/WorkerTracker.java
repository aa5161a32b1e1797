package io.mobula.ps.clock;

import io.mobula.NodeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The workers of a table as one shard knows them: how many steps each has ended, and which of its
 * pushes was the last. Those that leave hold up nobody. For one thread.
 */
public final class WorkerTracker {
  private final Map<Long, WorkerState> states = new HashMap<>();
  private long floor;
  private boolean begun;

  /** One worker. */
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
   * A worker begins where the slowest is. One of the same rank is gone: it has been started anew.
   *
   * @return how many steps it counts as having ended
   */
  public long join(long worker, int rank, NodeId node, long nowNanos) {
    states.forEach((other, state) -> state.gone |= state.rank == rank);
    long ended = slowest();
    states.put(worker, new WorkerState(rank, node, ended, nowNanos));
    return ended;
  }

  /** All of them, in no order. */
  public List<WorkerClock> clocks() {
    var clocks = new ArrayList<WorkerClock>(states.size());
    states.forEach((worker, state) -> clocks.add(mark(worker, state)));
    return clocks;
  }

  private static WorkerClock mark(long worker, WorkerState state) {
    return new WorkerClock(worker, state.rank, state.node, state.ended, state.sequence, state.gone);
  }

  /**
   * A worker that others knew before. If it is one of these already, it has ended as few steps as
   * either says.
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

  /** Begins where others have come to; where those who came last of them are. */
  public void startAt(long step) {
    floor = begun ? Math.min(floor, step) : step;
    begun = true;
  }

  /** What a worker joined with; -1 if it is a stranger. */
  public int rank(long worker) {
    var state = states.get(worker);
    return state == null ? -1 : state.rank;
  }

  /** It is gone, and holds up nobody. Idempotent. */
  public void leave(long worker) {
    raiseFloor();
    var state = states.get(worker);
    if (state != null) {
      state.gone = true;
    }
    raiseFloor();
  }

  /** Whether it is one of them. */
  public boolean isPresent(long worker) {
    return present(worker) != null;
  }

  private @Nullable WorkerState present(long worker) {
    var state = states.get(worker);
    return state == null || state.gone ? null : state;
  }

  /**
   * How many workers have a share in a step: those that are there, and those that have left after
   * they had ended it.
   */
  public int participants(long step) {
    int count = 0;
    for (var state : states.values()) {
      count += !state.gone || state.ended > step ? 1 : 0;
    }
    return count;
  }

  /** How many steps it has ended; those of a stranger are none. */
  public long endedSteps(long worker) {
    var state = present(worker);
    return state == null ? 0 : state.ended;
  }

  /** It has ended that many steps; false if it is none of them. */
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

  /** It shows a sign of life. */
  public void recordActivity(long worker, long nowNanos) {
    var state = present(worker);
    if (state != null) {
      state.seenNanos = nowNanos;
    }
  }

  /**
   * Whether this push of it is new, and then notes it: each is applied once, however often it is
   * sent.
   *
   * @param sequence counts its pushes to this shard, from 1
   */
  public boolean recordPush(long worker, long sequence) {
    var state = present(worker);
    if (state == null || sequence <= state.sequence) {
      return false;
    }
    state.sequence = sequence;
    return true;
  }

  /** The number of its last push; 0 if there was none, or it is a stranger. */
  public long sequence(long worker) {
    var state = states.get(worker);
    return state == null ? 0 : state.sequence;
  }

  /** How many steps the slowest has ended; the most ever ended by all where there is none. */
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
   * All steps before that are applied: who has left and has no share in a later one is forgotten.
   */
  public void forgetDeparted(long step) {
    states.values().removeIf(state -> state.gone && state.ended <= step);
  }

  /** How many there are. */
  public int size() {
    int count = 0;
    for (var state : states.values()) {
      count += state.gone ? 0 : 1;
    }
    return count;
  }

  /**
   * Removes those whose node is gone, and of those who have ended the fewest steps the ones that
   * have shown no sign of life for too long; gives who they were.
   *
   * @param nodes the living ones, or null if that is not known
   */
  public List<WorkerClock> evict(@Nullable Set<NodeId> nodes, long patienceNanos, long nowNanos) {
    long least = slowest();
    var gone = new ArrayList<WorkerClock>();
    states.forEach((worker, state) -> {
      boolean dead = nodes != null && !nodes.contains(state.node);
      boolean silent = state.ended <= least && nowNanos - state.seenNanos > patienceNanos;
      if (!state.gone && (dead || silent)) {
        gone.add(mark(worker, state));
      }
    });
    gone.forEach(clock -> leave(clock.worker()));
    return gone;
  }
}
