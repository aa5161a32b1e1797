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
 * @param naming how it is found by others
 * @param life when it ends and when it is made again
 * @param running how its methods run
 * @param checkpoints when its state is saved
 */
public record ActorOptions(
    @Nullable Resources resources,
    Placement placement,
    Naming naming,
    Life life,
    Running running,
    Checkpoints checkpoints) {

  /** Nameless, one call at a time, no restarts, up to 100 000 unanswered calls, shared threads. */
  public static final ActorOptions DEFAULT = new ActorOptions(
      null,
      Placement.anywhere(),
      new Naming(null, false),
      new Life(false, 0, 0),
      new Running(1, 100_000, Threads.SHARED, false),
      Checkpoints.NONE);

  /** Refuses nulls, and checkpoints of an actor that runs several methods at a time. */
  public ActorOptions {
    Objects.requireNonNull(placement, "placement");
    Objects.requireNonNull(naming, "naming");
    Objects.requireNonNull(life, "life");
    Objects.requireNonNull(running, "running");
    Objects.requireNonNull(checkpoints, "checkpoints");
    if (checkpoints.isOn() && running.maxConcurrency() > 1) {
      throw new InvalidRequestException(
          "Wanted checkpoints and maxConcurrency=" + running.maxConcurrency()
              + ": a state can be saved only while no other method changes it. Leave out one of the two.");
    }
  }

  /**
   * How an actor is found by others.
   *
   * @param name unique among living actors, or null
   * @param getIfExists whether a taken name gives the actor that has it instead of an error
   */
  public record Naming(@Nullable String name, boolean getIfExists) {
    /** Refuses a blank name, one of more than a thousand characters, and a lookup without one. */
    public Naming {
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
  public record Life(boolean detached, int maxRestarts, int maxCallRetries) {
    /** Refuses negative counts. */
    public Life {
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
   * @param borrows whether views of store memory among their arguments end with the method
   */
  public record Running(int maxConcurrency, int maxPendingCalls, Threads threads, boolean borrows) {
    /** Refuses counts below one, and concurrency on one thread. */
    public Running {
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
   * When the state of a {@link Checkpointed} actor is saved.
   *
   * @param everyCalls after how many calls, or 0: not by calls
   * @param interval how long a change may be unsaved, or zero: not by time
   * @param durable whether the actor is made again after all nodes of its cluster have ended
   */
  public record Checkpoints(int everyCalls, Duration interval, boolean durable) {
    private static final Duration LONGEST = Duration.ofDays(36_500);

    /** Never. */
    public static final Checkpoints NONE = new Checkpoints(0, Duration.ZERO, false);

    /** Refuses negative values. */
    public Checkpoints {
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
    return new ActorOptions(changed, placement, naming, life, running, checkpoints);
  }

  ActorOptions with(Placement changed) {
    return new ActorOptions(resources, changed, naming, life, running, checkpoints);
  }

  ActorOptions with(Naming changed) {
    return new ActorOptions(resources, placement, changed, life, running, checkpoints);
  }

  ActorOptions with(Life changed) {
    return new ActorOptions(resources, placement, naming, changed, running, checkpoints);
  }

  ActorOptions with(Running changed) {
    return new ActorOptions(resources, placement, naming, life, changed, checkpoints);
  }

  ActorOptions with(Checkpoints changed) {
    return new ActorOptions(resources, placement, naming, life, running, changed);
  }
}
