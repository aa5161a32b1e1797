package io.mobula.ps.clock;

import java.io.Serializable;
import java.time.Duration;
import java.util.Objects;

/**
 * Consistency rule of a table: how many steps its workers may be apart. Each worker counts its
 * steps by {@code clock()}; a later pull may have to wait for slower workers. Immutable.
 *
 * @param mode kind of the rule
 * @param staleness how many steps a worker may be ahead of the slowest; ignored if asynchronous
 * @param workerTimeout how long others wait for a worker that shows no sign of life before they go
 *     on without it
 */
public record Consistency(Mode mode, int staleness, Duration workerTimeout)
    implements Serializable {
  private static final Duration DEFAULT_WORKER_TIMEOUT = Duration.ofMinutes(1);

  /** Kind of a consistency rule. */
  public enum Mode {
    /** Absence of waiting: no worker waits for another. */
    ASYNCHRONOUS,
    /** Joint application of all gradients of a step, before any worker begins the next step. */
    BULK_SYNCHRONOUS,
    /** Application of gradients as they arrive, with a bound on how far a worker may be ahead. */
    BOUNDED_STALENESS
  }

  /** Refuses a negative staleness and a timeout that is not positive. */
  public Consistency {
    Objects.requireNonNull(mode, "mode");
    if (staleness < 0) {
      throw new IllegalArgumentException("Wanted a staleness of " + staleness
          + " steps: use 0 for workers that wait for each other after each.");
    }
    if (!workerTimeout.isPositive()) {
      throw new IllegalArgumentException(
          "Wanted a worker timeout of " + workerTimeout + ": it must be above zero.");
    }
  }

  /**
   * Returns the rule under which gradients are applied as they arrive and pulls are answered at
   * once.
   */
  public static Consistency asynchronous() {
    return new Consistency(Mode.ASYNCHRONOUS, 0, DEFAULT_WORKER_TIMEOUT);
  }

  /**
   * Returns the rule under which the gradients of all workers of a step are combined, by their mean
   * unless the table has another aggregator, and applied as one update. A pull after
   * {@code clock()} sees that update and no later one (Valiant, <em>A Bridging Model for Parallel
   * Computation</em>, 1990).
   */
  public static Consistency bulkSynchronous() {
    return new Consistency(Mode.BULK_SYNCHRONOUS, 0, DEFAULT_WORKER_TIMEOUT);
  }

  /**
   * Returns the rule under which a pull of a worker that has ended {@code n} steps waits until all
   * others have ended {@code n - staleness} steps. The worker sees all gradients up to that step,
   * and possibly later ones (Ho et al., <em>More Effective Distributed ML via a Stale Synchronous
   * Parallel Parameter Server</em>, NIPS 2013).
   */
  public static Consistency boundedStaleness(int steps) {
    return new Consistency(Mode.BOUNDED_STALENESS, steps, DEFAULT_WORKER_TIMEOUT);
  }

  /** Returns this rule with another worker timeout; 1 minute by default. */
  public Consistency workerTimeout(Duration timeout) {
    return new Consistency(mode, staleness, timeout);
  }

  /**
   * Returns whether a worker that has ended that many steps may read now.
   *
   * @param slowest how many steps the slowest worker has ended
   */
  public boolean mayRead(long ended, long slowest) {
    return switch (mode) {
      case ASYNCHRONOUS -> true;
      case BULK_SYNCHRONOUS -> slowest >= ended;
      case BOUNDED_STALENESS -> slowest >= ended - staleness;
    };
  }

  /** Returns whether gradients wait for those of other workers. */
  public boolean isBulk() {
    return mode == Mode.BULK_SYNCHRONOUS;
  }
}
