package io.mobula.internal.schedule;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Threads of a simulated process, of which the {@link SimulatedScheduler} runs one at a time:
 * virtual threads whose stretches from one wait to the next are the scheduler's steps. They may
 * wait for locks, conditions and each other as in any program. {@link SimulatedScheduler#preempt}
 * ends a stretch, too, but must not be called under a monitor: a thread that waits for that monitor
 * would never run.
 *
 * <p>The scheduler of a virtual thread is set through a constructor that the JDK reserves for its
 * own tests. For one thread.
 */
public final class SimulatedThreads extends AbstractExecutorService {
  private static final long MAX_UNBLOCKING_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long MAX_TIMER_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int MAX_LAST_STEPS = 100;
  private static final MethodHandle BUILDER = builder();

  private final SimulatedScheduler schedule;
  private final String owner;
  private final List<SimulatedThread> alive = new ArrayList<>();
  private int count;
  private boolean closed;

  /** Makes the threads of the process of that name. */
  public SimulatedThreads(SimulatedScheduler scheduler, String owner) {
    this.schedule = scheduler;
    this.owner = owner;
  }

  /**
   * Returns the builder's constructor, found by reflection since javac always warns about
   * {@code Unsafe}.
   */
  private static MethodHandle builder() {
    try {
      var type = Class.forName("sun.misc.Unsafe");
      var own = type.getDeclaredField("theUnsafe");
      own.setAccessible(true);
      var unsafe = own.get(null);
      var field = MethodHandles.Lookup.class.getDeclaredField("IMPL_LOOKUP");
      var base = type.getMethod("staticFieldBase", Field.class).invoke(unsafe, field);
      var offset = type.getMethod("staticFieldOffset", Field.class).invoke(unsafe, field);
      var lookup = (MethodHandles.Lookup)
          type.getMethod("getObject", Object.class, long.class).invoke(unsafe, base, offset);
      return lookup
          .findConstructor(
              Class.forName("java.lang.ThreadBuilders$VirtualThreadBuilder"),
              MethodType.methodType(void.class, Executor.class))
          .asType(MethodType.methodType(Thread.Builder.OfVirtual.class, Executor.class));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("This JDK lets nobody set the scheduler of a virtual thread", e);
    }
  }

  private static Thread.Builder.OfVirtual builderOn(Executor scheduler) {
    try {
      return (Thread.Builder.OfVirtual) BUILDER.invokeExact(scheduler);
    } catch (Throwable e) {
      throw new LinkageError("This JDK lets nobody set the scheduler of a virtual thread", e);
    }
  }

  @Override
  public void execute(Runnable work) {
    if (closed) {
      throw new RejectedExecutionException(owner + " starts no more threads");
    }
    start("thread", work);
  }

  /** Starts a thread, which begins when the scheduler decides. */
  public void start(String what, Runnable work) {
    var fresh = new SimulatedThread(owner + "'s " + what + " " + ++count, work);
    alive.add(fresh);
    schedule.source(fresh.name, fresh::isReady, fresh::runOn);
    fresh.thread.start();
  }

  /** Describes the threads that have not ended, and where they are. */
  public List<String> unfinished() {
    return alive.stream().map(SimulatedThread::toString).toList();
  }

  /**
   * Waits, when no thread is ready, until a thread in a short timed wait continues; returns false
   * if there is none. Such waits are the only events that the scheduler does not decide.
   */
  public boolean awaitTimer() {
    long end = System.nanoTime() + MAX_TIMER_NANOS;
    while (System.nanoTime() - end < 0
        && alive.stream().anyMatch(each -> each.thread.getState() == Thread.State.TIMED_WAITING)) {
      if (alive.stream().anyMatch(SimulatedThread::isReady)) {
        return true;
      }
      LockSupport.parkNanos(MAX_TIMER_NANOS / 1000);
    }
    return false;
  }

  /** Kills the process: its threads never continue. */
  public void die() {
    closed = true;
    alive.forEach(each -> schedule.endSource(each.name));
  }

  /**
   * Interrupts threads that have not ended after the history, so that they end and are not kept for
   * ever. Their actions have no effect any more.
   */
  public void discard() {
    closed = true;
    for (int i = 0; i < MAX_LAST_STEPS && !alive.isEmpty(); i++) {
      for (var each : List.copyOf(alive)) {
        each.thread.interrupt();
        each.runLast();
      }
    }
  }

  /** One simulated thread, which runs on the scheduler's thread. */
  private final class SimulatedThread implements Executor {
    private final String name;
    private final Thread thread;
    private final AtomicReference<@Nullable Runnable> next = new AtomicReference<>();
    private @Nullable Throwable failure;

    SimulatedThread(String name, Runnable work) {
      this.name = name;
      this.thread = builderOn(this)
          .name(name)
          .uncaughtExceptionHandler((thread, thrown) -> failure = thrown)
          .unstarted(work);
    }

    /** Receives the next stretch of the thread; sometimes called on a thread of the JDK. */
    @Override
    public void execute(Runnable stretch) {
      next.set(stretch);
    }

    /**
     * Returns whether the thread can run. No thread is stopped under a monitor, so a thread that is
     * blocked by one will get it soon: a thread of the JDK's own arranges that.
     */
    boolean isReady() {
      long end = System.nanoTime() + MAX_UNBLOCKING_NANOS;
      while (next.get() == null && thread.getState() == Thread.State.BLOCKED) {
        if (System.nanoTime() - end > 0) {
          throw new AssertionError(this + " waits for a monitor that a thread has stopped under");
        }
        Thread.onSpinWait();
      }
      return next.get() != null;
    }

    void runOn() {
      var stretch = next.getAndSet(null);
      if (stretch != null) {
        stretch.run();
      }
      if (thread.getState() == Thread.State.TERMINATED) {
        alive.remove(this);
        schedule.endSource(name);
        if (failure != null) {
          throw new AssertionError(name + " has failed", failure);
        }
      }
    }

    private void runLast() {
      try {
        if (isReady()) {
          runOn();
        }
      } catch (AssertionError ofNoConsequence) {
        alive.remove(this);
      }
    }

    @Override
    public String toString() {
      return name + ", " + thread.getState() + " at "
          + Arrays.toString(Arrays.copyOf(thread.getStackTrace(), 12));
    }
  }

  @Override
  public void shutdown() {
    closed = true;
  }

  @Override
  public List<Runnable> shutdownNow() {
    closed = true;
    return List.of();
  }

  @Override
  public boolean isShutdown() {
    return closed;
  }

  @Override
  public boolean isTerminated() {
    return closed && alive.isEmpty();
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return alive.isEmpty();
  }
}
