package io.mobula;

import io.mobula.error.InvalidRequestException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Everything an actor is asked to observe besides its constructor. A value; {@link ActorCall} has
 * the verbs.
 *
 * @param resources what it holds for life; null means the default: one CPU to be placed, nothing to
 *     run
 * @param placement where it should live
 * @param nameOptions how it is found by others
 * @param lifetime when it ends and when it is made again
 * @param execution how its methods run
 * @param checkpointPolicy when its state is saved
 */
public record ActorOptions(
    @Nullable Resources resources,
    Placement placement,
    NameOptions nameOptions,
    Lifetime lifetime,
    MethodExecution execution,
    CheckpointPolicy checkpointPolicy) {

  /** Nameless, one call at a time, no restarts, up to 100 000 unanswered calls, shared threads. */
  public static final ActorOptions DEFAULT = new ActorOptions(
      null,
      Placement.anywhere(),
      new NameOptions(null, false),
      new Lifetime(false, 0, 0),
      new MethodExecution(1, 100_000, Threads.SHARED, false),
      CheckpointPolicy.NONE);

  /** Refuses nulls, and checkpoints of an actor that runs several methods at a time. */
  public ActorOptions {
    Objects.requireNonNull(placement, "placement");
    Objects.requireNonNull(nameOptions, "naming");
    Objects.requireNonNull(lifetime, "life");
    Objects.requireNonNull(execution, "running");
    Objects.requireNonNull(checkpointPolicy, "checkpoints");
    if (checkpointPolicy.isOn() && execution.maxConcurrency() > 1) {
      throw new InvalidRequestException(
          "Wanted checkpoints and maxConcurrency=" + execution.maxConcurrency()
              + ": a state can be saved only while no other method changes it. Leave out one of the two.");
    }
  }

  /**
   * How an actor is found by others.
   *
   * @param name unique among living actors, or null
   * @param getIfExists whether a taken name gives the actor that has it instead of an error
   */
  public record NameOptions(@Nullable String name, boolean getIfExists) {
    /** Refuses a blank name, one of more than a thousand characters, and a lookup without one. */
    public NameOptions {
      NameLimit.require("an actor", name);
      if (name != null && name.isBlank()) {
        throw new InvalidRequestException(
            "An actor's name cannot be blank; leave it out for an actor without one.");
      }
      if (getIfExists && name == null) {
        throw new InvalidRequestException(
            "getIfExists needs a name to look for: say name(\"...\") first.");
      }
    }
  }

  /**
   * When an actor ends and when it is made again.
   *
   * @param detached whether it lives on when nobody can reach it any more
   * @param maxRestarts how often it is made anew after it failed
   * @param maxCallRetries how often a call that was running at such a failure is made again
   */
  public record Lifetime(boolean detached, int maxRestarts, int maxCallRetries) {
    /** Refuses negative counts. */
    public Lifetime {
      requireAtLeast("maxRestarts", maxRestarts, 0);
      requireAtLeast("maxCallRetries", maxCallRetries, 0);
    }
  }

  /**
   * How the methods of an actor run.
   *
   * @param maxConcurrency how many may run at the same time
   * @param maxPendingCalls how many calls may be unanswered before further ones are refused
   * @param threads what they run on
   * @param borrowsArguments whether views of store memory among their arguments end with the method
   */
  public record MethodExecution(
      int maxConcurrency, int maxPendingCalls, Threads threads, boolean borrowsArguments) {
    /** Refuses counts below one, and concurrency on one thread. */
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
   * When the state of a {@link CheckpointedActor} actor is saved.
   *
   * @param everyCalls after how many calls, or 0: not by calls
   * @param interval how long a change may be unsaved, or zero: not by time
   * @param durable whether the actor is made again after all nodes of its cluster have ended
   */
  public record CheckpointPolicy(int everyCalls, Duration interval, boolean durable) {
    private static final Duration LONGEST = Duration.ofDays(36_500);

    /** Never. */
    public static final CheckpointPolicy NONE = new CheckpointPolicy(0, Duration.ZERO, false);

    /** Refuses negative values. */
    public CheckpointPolicy {
      requireAtLeast("checkpointEvery", everyCalls, 0);
      if (interval.isNegative() || interval.compareTo(LONGEST) > 0) {
        throw new InvalidRequestException("Wanted a checkpoint every " + interval
            + ": the time must be from nothing to " + LONGEST.toDays() + " days.");
      }
    }

    /** Whether any are made. */
    public boolean isOn() {
      return everyCalls > 0 || !interval.isZero();
    }

    /** Whether each call's effect is saved before its answer leaves. */
    public boolean isEveryCall() {
      return everyCalls == 1;
    }
  }

  /** What the methods of an actor run on. */
  public enum Threads {
    /** An elastic pool of platform threads shared by all actors of the node. */
    SHARED,
    /** A platform thread of its own, for actors that are always busy. */
    DEDICATED,
    /** Virtual threads, for thousands of actors that mostly wait. */
    VIRTUAL
  }

  private static void requireAtLeast(String what, int value, int least) {
    if (value < least) {
      throw new InvalidRequestException(
          "Wanted " + what + "=" + value + ": the least is " + least + ".");
    }
  }

  ActorOptions with(Resources changed) {
    return new ActorOptions(changed, placement, nameOptions, lifetime, execution, checkpointPolicy);
  }

  ActorOptions with(Placement changed) {
    return new ActorOptions(resources, changed, nameOptions, lifetime, execution, checkpointPolicy);
  }

  ActorOptions with(NameOptions changed) {
    return new ActorOptions(resources, placement, changed, lifetime, execution, checkpointPolicy);
  }

  ActorOptions with(Lifetime changed) {
    return new ActorOptions(
        resources, placement, nameOptions, changed, execution, checkpointPolicy);
  }

  ActorOptions with(MethodExecution changed) {
    return new ActorOptions(resources, placement, nameOptions, lifetime, changed, checkpointPolicy);
  }

  ActorOptions with(CheckpointPolicy changed) {
    return new ActorOptions(resources, placement, nameOptions, lifetime, execution, changed);
  }
}
