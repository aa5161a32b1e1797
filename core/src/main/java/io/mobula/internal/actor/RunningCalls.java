package io.mobula.internal.actor;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Calls of an actor that run at present, with a slot for each thread that runs calls. Readers look
 * at these slots and not at all waiting calls. Safe for all threads.
 */
final class RunningCalls {
  private final Set<RunnerSlot> runners = ConcurrentHashMap.newKeySet();

  /** Slot of a thread that runs one call after the other. */
  static final class RunnerSlot {
    private volatile @Nullable ActorCallRun present;

    /** Sets the call that the thread runs from now on; null for none. */
    void setCurrent(@Nullable ActorCallRun call) {
      present = call;
    }
  }

  /** Adds a slot for the calling thread. */
  RunnerSlot begin() {
    var runner = new RunnerSlot();
    runners.add(runner);
    return runner;
  }

  /** Removes the slot of a thread that runs no more calls. */
  void end(RunnerSlot runner) {
    runners.remove(runner);
  }

  /** Returns any call that runs, or null. */
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
