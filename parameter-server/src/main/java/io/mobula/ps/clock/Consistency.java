package io.mobula.ps.clock;

import java.io.Serializable;
import java.time.Duration;
import java.util.Objects;

/**
 * How far apart the workers of a table may be. Each worker counts its steps, and says so with
 * {@code clock()}; what it pulls afterwards may have to wait for slower ones. A value.
 *
 * @param mode which rule
 * @param staleness how many steps a worker may be ahead of the slowest; of no meaning when
 *     asynchronous
 * @param workerTimeout how long others wait for a worker that shows no sign of life before they go
 *     on without it
 */
public record Consistency(Mode mode, int staleness, Duration workerTimeout)
    implements Serializable {
  private static final Duration DEFAULT_WORKER_TIMEOUT = Duration.ofMinutes(1);

  /** The rules. */
  public enum Mode {
    /** Nobody waits for anybody. */
    ASYNCHRONOUS,
    /** All gradients of a step are applied together, before anybody begins the next. */
    BULK_SYNCHRONOUS,
    /** Gradients are applied as they come; nobody gets too far ahead. */
    BOUNDED_STALENESS
  }

  /** Refuses a negative staleness, and a patience that is none. */
  public Consistency {
    Objects.requireNonNull(mode, "mode");
    if (staleness < 0) {
      throw new IllegalArgumentException("Wanted a staleness of " + staleness
          + " steps: use 0 for workers that wait for each other after each.");
    }
    if (!workerTimeout.isPositive()) {
      throw new IllegalArgumentException(
          "Wanted a patience of " + workerTimeout + ": it must be above zero.");
    }
  }

  /** A gradient is applied when it comes, a pull is answered at once. */
  public static Consistency asynchronous() {
    return new Consistency(Mode.ASYNCHRONOUS, 0, DEFAULT_WORKER_TIMEOUT);
  }

  /**
   * The gradients of all workers of a step become one, their mean, and are one update; a pull after
   * {@code clock()} sees that update and no other (Valiant, <em>A Bridging Model for Parallel
   * Computation</em>, 1990).
   */
  public static Consistency bulkSynchronous() {
    return new Consistency(Mode.BULK_SYNCHRONOUS, 0, DEFAULT_WORKER_TIMEOUT);
  }

  /**
   * A worker that has ended {@code n} steps waits, when it pulls, until all others have ended
   * {@code n - staleness}: it sees all gradients up to that step, and maybe later ones (Ho et al.,
   * <em>More Effective Distributed ML via a Stale Synchronous Parallel Parameter Server</em>, NIPS
   * 2013).
   */
  public static Consistency boundedStaleness(int steps) {
    return new Consistency(Mode.BOUNDED_STALENESS, steps, DEFAULT_WORKER_TIMEOUT);
  }

  /** The same with another patience; a minute by default. */
  public Consistency workerTimeout(Duration limit) {
    return new Consistency(mode, staleness, limit);
  }

  /**
   * Whether a worker that has ended that many steps may read now.
   *
   * @param slowest how many steps the slowest has ended
   */
  public boolean mayRead(long ended, long slowest) {
    return switch (mode) {
      case ASYNCHRONOUS -> true;
      case BULK_SYNCHRONOUS -> slowest >= ended;
      case BOUNDED_STALENESS -> slowest >= ended - staleness;
    };
  }

  /** Whether gradients wait for those of other workers. */
  public boolean isBulk() {
    return mode == Mode.BULK_SYNCHRONOUS;
  }
}
