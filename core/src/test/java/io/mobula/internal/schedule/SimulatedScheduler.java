package io.mobula.internal.schedule;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/**
 * Scheduler of all pending steps of a simulated system: messages in transit, timers, callbacks,
 * crashes. It runs one step at a time, selected by its {@link ScheduleDecisions}. The steps of one
 * channel run in order, all others in any order. For one thread.
 */
public final class SimulatedScheduler {
  private static final int DEEPEST = 3;
  private static final int MAX_TRACED = 400;

  private final ScheduleDecisions decisions;
  private final Map<String, Deque<ScheduledStep>> channels = new LinkedHashMap<>();
  private final List<ScheduledStep> free = new ArrayList<>();
  private final Map<String, StepSource> sources = new LinkedHashMap<>();
  private final Set<String> busy = new HashSet<>();
  private final Deque<String> trace = new ArrayDeque<>();
  private IntConsumer afterEach = depth -> {};
  private long steps;
  private int depth;
  private boolean over;

  /** One step, on a simulated thread that runs one step at a time. */
  private record ScheduledStep(String thread, String what, BooleanSupplier may, Runnable action) {}

  /** Source of steps that keeps its pending steps itself. */
  private record StepSource(BooleanSupplier hasMore, Runnable runOne) {}

  /** Makes a scheduler with no pending steps. */
  public SimulatedScheduler(ScheduleDecisions decisions) {
    this.decisions = decisions;
  }

  /** Returns the decisions of this history. */
  public ScheduleDecisions decisions() {
    return decisions;
  }

  /** Returns the last few hundred steps of the history. */
  List<String> trace() {
    return List.copyOf(trace);
  }

  long steps() {
    return steps;
  }

  /** Disables preemption from now on: only cleaning up the system is left. */
  public void end() {
    over = true;
  }

  /** Runs a check after each step that is not nested in another. */
  public void afterEach(Runnable check) {
    afterEach = now -> {
      if (now == 0) {
        check.run();
      }
    };
  }

  /** Notes an event for the trace of a failed history. */
  public void note(String what) {
    if (trace.size() == MAX_TRACED) {
      trace.removeFirst();
    }
    trace.addLast("  ".repeat(depth) + what);
  }

  /**
   * Adds a step that runs after all pending steps of this channel, on a thread that runs no other
   * step meanwhile.
   */
  public void inOrder(String channel, String thread, String what, Runnable action) {
    inOrder(channel, thread, what, () -> true, action);
  }

  /** Adds a step to a channel that does not run before the condition {@code may} holds. */
  public void inOrder(
      String channel, String thread, String what, BooleanSupplier may, Runnable action) {
    channels
        .computeIfAbsent(channel, fresh -> new ArrayDeque<>())
        .addLast(new ScheduledStep(thread, what, may, action));
  }

  /**
   * Adds a step that runs at any time, on a thread of its own.
   *
   * @return an action that cancels the step
   */
  @SuppressWarnings("ReferenceEquality") // two equal steps are different
  public Runnable anyTime(String what, Runnable action) {
    var step = new ScheduledStep("", what, () -> true, action);
    free.add(step);
    return () -> free.removeIf(each -> each == step);
  }

  /** Adds a source with a queue of its own, such as an actor; it runs one step at a time. */
  public void source(String name, BooleanSupplier hasMore, Runnable runOne) {
    sources.put(name, new StepSource(hasMore, runOne));
  }

  /** Removes a source, which runs no more steps. */
  public void endSource(String name) {
    sources.remove(name);
  }

  /** Drops all pending steps of the channel. */
  public void dropChannel(String channel) {
    channels.remove(channel);
  }

  /**
   * Runs one of the pending steps; returns false if there is none, or all belong to busy threads.
   */
  public boolean next() {
    var ready = new ArrayList<Runnable>();
    channels.forEach((name, steps) -> {
      var first = steps.peekFirst();
      if (first != null && !busy.contains(first.thread()) && first.may().getAsBoolean()) {
        ready.add(() -> run(steps.removeFirst()));
      }
    });
    for (var step : free) {
      ready.add(() -> {
        free.remove(step);
        run(step);
      });
    }
    sources.forEach((name, source) -> {
      if (!busy.contains(name) && source.hasMore().getAsBoolean()) {
        ready.add(() -> run(new ScheduledStep(name, name, source.hasMore(), source.runOne())));
      }
    });
    if (ready.isEmpty()) {
      return false;
    }
    ready.get(decisions.next(ready.size())).run();
    return true;
  }

  private void run(ScheduledStep step) {
    note(step.what());
    steps++;
    boolean serial = !step.thread().isEmpty();
    if (serial) {
      busy.add(step.thread());
    }
    depth++;
    try {
      step.action().run();
    } finally {
      depth--;
      if (serial) {
        busy.remove(step.thread());
      }
    }
    afterEach.accept(depth);
  }

  /**
   * Offers a preemption point, at which the current thread holds no lock (no monitor if it is one
   * of {@link SimulatedThreads}): sometimes other steps run before it continues.
   */
  public void preempt() {
    if (Thread.currentThread().isVirtual()) {
      if (!over && decisions.oneIn(4)) {
        Thread.yield();
      }
      return;
    }
    if (depth > 0 && depth < DEEPEST && decisions.oneIn(6)) {
      note("... meanwhile");
      for (int more = 1 + decisions.next(4); more > 0 && next(); more--) {
        // that many steps
      }
      note("... goes on");
    }
  }

  /** Runs all pending steps and those that follow from them; fails if that does not end. */
  public void settle(int max) {
    for (int i = 0; next(); i++) {
      if (i == max) {
        throw new AssertionError("after " + max + " steps there is still something to do");
      }
    }
  }
}
