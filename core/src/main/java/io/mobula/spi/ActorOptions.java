package io.mobula.spi;

import io.mobula.ActorCall;
import io.mobula.CheckpointedActor;
import io.mobula.error.InvalidRequestException;
import io.mobula.placement.Placement;
import io.mobula.placement.Resources;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Options of an actor besides its constructor. A value; {@link ActorCall} has the methods that set
 * options.
 *
 * @param work resources, placement, and the name by which other programs find the actor
 * @param getIfExists whether a taken name returns the existing actor instead of an error
 * @param lifetime when the actor ends and restarts
 * @param execution how the methods run
 * @param checkpointPolicy when the state is saved
 */
public record ActorOptions(
    WorkOptions work,
    boolean getIfExists,
    Lifetime lifetime,
    MethodExecution execution,
    CheckpointPolicy checkpointPolicy) {

  /**
   * Default options: no name, one call at a time, no restarts, up to 100 000 unanswered calls,
   * shared threads.
   */
  public static final ActorOptions DEFAULT = new ActorOptions(
      new WorkOptions(null, Placement.anywhere(), null),
      false,
      new Lifetime(false, 0, 0),
      new MethodExecution(1, 100_000, Threads.SHARED, false),
      CheckpointPolicy.NONE);

  /**
   * Refuses nulls, a blank name, {@code getIfExists} without a name, and checkpoints combined with
   * concurrent methods.
   */
  public ActorOptions {
    Objects.requireNonNull(work, "work");
    Objects.requireNonNull(lifetime, "lifetime");
    Objects.requireNonNull(execution, "execution");
    Objects.requireNonNull(checkpointPolicy, "checkpointPolicy");
    var name = work.name();
    if (name != null && name.isBlank()) {
      throw new InvalidRequestException(
          "An actor's name cannot be blank; leave it out for an actor without one.");
    }
    if (getIfExists && name == null) {
      throw new InvalidRequestException(
          "getIfExists needs a name to look for: say name(\"...\") first.");
    }
    if (checkpointPolicy.isOn() && execution.maxConcurrency() > 1) {
      throw new InvalidRequestException(
          "Wanted checkpoints and maxConcurrency=" + execution.maxConcurrency()
              + ": a state can be saved only while no other method changes it. Leave out one of the two.");
    }
  }

  /** Returns the resources held for life; null means one CPU to be placed, none to run. */
  public @Nullable Resources resources() {
    return work.resources();
  }

  /** Returns where the actor runs. */
  public Placement placement() {
    return work.placement();
  }

  /** Returns the name, unique among living actors, or null. */
  public @Nullable String name() {
    return work.name();
  }

  /**
   * Lifetime of an actor: when it ends, restarts and retries calls.
   *
   * @param detached whether the actor stays alive without handles
   * @param maxRestarts how often the actor restarts after a failure
   * @param maxCallRetries how often a call that was running at a failure is retried
   */
  public record Lifetime(boolean detached, int maxRestarts, int maxCallRetries) {
    /** Refuses counts that are negative. */
    public Lifetime {
      requireAtLeast("maxRestarts", maxRestarts, 0);
      requireAtLeast("maxCallRetries", maxCallRetries, 0);
    }
  }

  /**
   * Execution of an actor's methods.
   *
   * @param maxConcurrency how many methods may run at the same time
   * @param maxPendingCalls how many calls may be unanswered before further calls are refused
   * @param threads kind of threads that run the methods
   * @param borrowsArguments whether arguments in store memory are valid only until the method ends
   */
  public record MethodExecution(
      int maxConcurrency, int maxPendingCalls, Threads threads, boolean borrowsArguments) {
    /** Refuses counts below 1, and concurrent methods on a dedicated thread. */
    public MethodExecution {
      requireAtLeast("maxConcurrency", maxConcurrency, 1);
      requireAtLeast("maxPendingCalls", maxPendingCalls, 1);
      Objects.requireNonNull(threads, "threads");
      if (maxConcurrency > 1 && threads == Threads.DEDICATED) {
        throw new InvalidRequestException(
            "Wanted maxConcurrency=" + maxConcurrency
                + " on a dedicated thread: one thread runs one method at a time. Leave out one of the two.");
      }
    }
  }

  /**
   * Policy that decides when the state of a {@link CheckpointedActor} is saved.
   *
   * @param everyCalls number of calls between checkpoints, or 0 for none by calls
   * @param interval longest time a change may be unsaved, or zero for none by time
   * @param durable whether the actor is recreated after all nodes of the cluster have ended
   */
  public record CheckpointPolicy(int everyCalls, Duration interval, boolean durable) {
    private static final Duration MAX_DURATION = Duration.ofDays(36_500);

    /** Policy that never saves the state. */
    public static final CheckpointPolicy NONE = new CheckpointPolicy(0, Duration.ZERO, false);

    /** Refuses values that are negative. */
    public CheckpointPolicy {
      requireAtLeast("checkpointEvery", everyCalls, 0);
      if (interval.isNegative() || interval.compareTo(MAX_DURATION) > 0) {
        throw new InvalidRequestException("Wanted a checkpoint every " + interval
            + ": the time must be from nothing to " + MAX_DURATION.toDays() + " days.");
      }
    }

    /** Returns whether any checkpoints are made. */
    public boolean isOn() {
      return everyCalls > 0 || !interval.isZero();
    }

    /** Returns whether the effect of each call is saved before its result is sent. */
    public boolean isEveryCall() {
      return everyCalls == 1;
    }
  }

  /** Kind of threads that run an actor's methods. */
  public enum Threads {
    /** Elastic pool of platform threads, shared by all actors of the node. */
    SHARED,
    /** One platform thread for this actor alone, for actors that are always busy. */
    DEDICATED,
    /** Virtual threads, for thousands of actors that mostly wait. */
    VIRTUAL
  }

  private static void requireAtLeast(String what, int value, int min) {
    if (value < min) {
      throw new InvalidRequestException(
          "Wanted " + what + "=" + value + ": the least is " + min + ".");
    }
  }

  /** Returns these options with other options that tasks have, too. */
  public ActorOptions with(WorkOptions changed) {
    return new ActorOptions(changed, getIfExists, lifetime, execution, checkpointPolicy);
  }

  /** Returns these options for a name that may be taken. */
  public ActorOptions withGetIfExists() {
    return new ActorOptions(work, true, lifetime, execution, checkpointPolicy);
  }

  /** Returns these options with another lifetime. */
  public ActorOptions with(Lifetime changed) {
    return new ActorOptions(work, getIfExists, changed, execution, checkpointPolicy);
  }

  /** Returns these options with another execution of methods. */
  public ActorOptions with(MethodExecution changed) {
    return new ActorOptions(work, getIfExists, lifetime, changed, checkpointPolicy);
  }

  /** Returns these options with other checkpoints. */
  public ActorOptions with(CheckpointPolicy changed) {
    return new ActorOptions(work, getIfExists, lifetime, execution, changed);
  }
}
