package io.mobula;

import io.mobula.error.InvalidRequestException;
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
 */
public record ActorOptions(
    @Nullable Resources resources, Placement placement, Naming naming, Life life, Running running) {

  /** Nameless, one call at a time, no restarts, up to 100 000 unanswered calls, shared threads. */
  public static final ActorOptions DEFAULT = new ActorOptions(
      null,
      Placement.anywhere(),
      new Naming(null, false),
      new Life(false, 0, 0),
      new Running(1, 100_000, Threads.SHARED, false));

  /** Refuses nulls. */
  public ActorOptions {
    Objects.requireNonNull(placement, "placement");
    Objects.requireNonNull(naming, "naming");
    Objects.requireNonNull(life, "life");
    Objects.requireNonNull(running, "running");
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
    return new ActorOptions(changed, placement, naming, life, running);
  }

  ActorOptions with(Placement changed) {
    return new ActorOptions(resources, changed, naming, life, running);
  }

  ActorOptions with(Naming changed) {
    return new ActorOptions(resources, placement, changed, life, running);
  }

  ActorOptions with(Life changed) {
    return new ActorOptions(resources, placement, naming, changed, running);
  }

  ActorOptions with(Running changed) {
    return new ActorOptions(resources, placement, naming, life, changed);
  }
}
