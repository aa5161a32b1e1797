package io.mobula.internal.actor;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which calls of an actor run at this moment: a word for each thread that runs them, so that
 * whoever asks looks at these and not at all that wait. Threads come and go; others look.
 */
final class RunningCalls {
  private final Set<RunnerSlot> runners = ConcurrentHashMap.newKeySet();

  /** A thread that runs calls, one after the other. */
  static final class RunnerSlot {
    private volatile @Nullable ActorCallRun present;

    /** What that thread runs from now on; null for nothing. */
    void setCurrent(@Nullable ActorCallRun call) {
      present = call;
    }
  }

  /** The calling thread is about to run calls. */
  RunnerSlot begin() {
    var runner = new RunnerSlot();
    runners.add(runner);
    return runner;
  }

  /** It runs no more. */
  void end(RunnerSlot runner) {
    runners.remove(runner);
  }

  /** One that runs, or null. */
  @Nullable
  ActorCallRun any() {
    for (var runner : runners) {
      var call = runner.present;
      if (call != null) {
        return call;
      }
    }
    return null;
  }
}
