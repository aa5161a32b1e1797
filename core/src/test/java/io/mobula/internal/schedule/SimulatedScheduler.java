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
 * All that is pending in a simulated world: messages on their way, timers, callbacks, crashes. It
 * runs one of them at a time, and its {@link ScheduleDecisions} say which. What goes over one
 * channel is run in order; all else in any order. For one thread.
 */
public final class SimulatedScheduler {
  private static final int DEEPEST = 3;
  private static final int MOST_TRACED = 400;

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

  /** One thing to do, on a thread of the world that does one thing at a time. */
  private record ScheduledStep(String thread, String what, BooleanSupplier may, Runnable action) {}

  /** Something that keeps its pending steps itself. */
  private record StepSource(BooleanSupplier hasMore, Runnable runOne) {}

  /** Nothing is pending. */
  public SimulatedScheduler(ScheduleDecisions decisions) {
    this.decisions = decisions;
  }

  /** The decisions of this history. */
  public ScheduleDecisions decisions() {
    return decisions;
  }

  /** What has been done, the last few hundred steps. */
  List<String> trace() {
    return List.copyOf(trace);
  }

  long steps() {
    return steps;
  }

  /** Nobody is preempted any more: all that is left to do is to put the world away. */
  public void end() {
    over = true;
  }

  /** Runs this after each step that is not within another. */
  public void afterEach(Runnable check) {
    afterEach = now -> {
      if (now == 0) {
        check.run();
      }
    };
  }

  /** Notes what happens, for the trace of a history that fails. */
  public void note(String what) {
    if (trace.size() == MOST_TRACED) {
      trace.removeFirst();
    }
    trace.addLast("  ".repeat(depth) + what);
  }

  /**
   * To be run after all that is pending in this channel, by a thread that does nothing else then.
   */
  public void inOrder(String channel, String thread, String what, Runnable action) {
    inOrder(channel, thread, what, () -> true, action);
  }

  /** The same, and not before it may be. */
  public void inOrder(
      String channel, String thread, String what, BooleanSupplier may, Runnable action) {
    channels
        .computeIfAbsent(channel, fresh -> new ArrayDeque<>())
        .addLast(new ScheduledStep(thread, what, may, action));
  }

  /**
   * To be run some time, by a thread of its own.
   *
   * @return takes it back
   */
  @SuppressWarnings("ReferenceEquality") // two alike are two
  public Runnable anyTime(String what, Runnable action) {
    var step = new ScheduledStep("", what, () -> true, action);
    free.add(step);
    return () -> free.removeIf(each -> each == step);
  }

  /** Something with a queue of its own, such as an actor; it does one thing at a time. */
  public void source(String name, BooleanSupplier hasMore, Runnable runOne) {
    sources.put(name, new StepSource(hasMore, runOne));
  }

  /** It does nothing any more. */
  public void endSource(String name) {
    sources.remove(name);
  }

  /** What is on its way in that channel is lost. */
  public void dropChannel(String channel) {
    channels.remove(channel);
  }

  /** Runs one of the pending steps; false if there is none, or all belong to busy threads. */
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
   * The present step has come to a place where its thread holds no lock, or no monitor if it is one
   * of {@link SimulatedThreads}: now and then others run some steps before it goes on.
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
        // that many
      }
      note("... goes on");
    }
  }

  /** Runs all that is pending, and what comes of it; fails if that does not end. */
  public void settle(int most) {
    for (int i = 0; next(); i++) {
      if (i == most) {
        throw new AssertionError("after " + most + " steps there is still something to do");
      }
    }
  }
}
