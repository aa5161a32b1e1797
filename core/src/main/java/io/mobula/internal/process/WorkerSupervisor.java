package io.mobula.internal.process;

import io.mobula.error.ProcessException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a number of child JVMs running: starts them at the same time, starts again what ends, with
 * growing pauses, gives up on one that cannot be kept, and ends all when it is closed.
 *
 * <p>All decisions are taken on one daemon thread, {@code mobula-workers}, which owns the state and
 * calls the listener. Safe for all threads.
 */
public final class WorkerSupervisor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerSupervisor.class);

  private final IntFunction<ChildPlan> plans;
  private final Terms terms;
  private final Listener listener;
  private final ChildJvm.Output output;
  private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
      Thread.ofPlatform().daemon().name("mobula-workers").factory());
  private final List<Post> posts;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * How long things may take.
   *
   * @param restarts when to start again
   * @param startLimit within which a child must say that it is up, or again that it is starting
   * @param patience how long all children together may take to close
   */
  public record Terms(RestartPolicy restarts, Duration startLimit, Duration patience) {
    /** A minute to come up, 10 s to close. */
    public static final Terms DEFAULT =
        new Terms(RestartPolicy.DEFAULT, Duration.ofMinutes(1), Duration.ofSeconds(10));

    /** Refuses nulls. */
    public Terms {
      Objects.requireNonNull(restarts, "restarts");
      Objects.requireNonNull(startLimit, "startLimit");
      Objects.requireNonNull(patience, "patience");
    }
  }

  /** Hears what becomes of the children, on the supervisor's thread, which must not be blocked. */
  public interface Listener {
    /** It is up. */
    void up(int worker, long pid, Ready ready);

    /** It has ended and is started again after the pause. */
    void restarts(int worker, String how, Duration pause);

    /** It has ended and stays so. */
    void gaveUp(int worker, String why);
  }

  /** The place of one child; owned by the supervisor's thread. */
  private static final class Post {
    final int number;
    final List<Long> ends = new ArrayList<>();
    boolean up;
    int failedStarts; // one after the other
    volatile @Nullable ChildJvm child;

    Post(int number) {
      this.number = number;
    }
  }

  private WorkerSupervisor(
      int count,
      IntFunction<ChildPlan> plans,
      Terms terms,
      Listener listener,
      ChildJvm.Output output) {
    this.plans = plans;
    this.terms = terms;
    this.listener = listener;
    this.output = output;
    this.posts = IntStream.range(0, count).mapToObj(Post::new).toList();
  }

  /**
   * Starts {@code count} children and returns at once.
   *
   * @param plans what the child of a number is started with, asked anew at each start
   * @param output takes what they write
   */
  public static WorkerSupervisor start(
      int count,
      IntFunction<ChildPlan> plans,
      Terms terms,
      Listener listener,
      ChildJvm.Output output) {
    var supervisor = new WorkerSupervisor(count, plans, terms, listener, output);
    supervisor.posts.forEach(post -> supervisor.later(Duration.ZERO, () -> supervisor.fill(post)));
    return supervisor;
  }

  private void later(Duration delay, Runnable step) {
    try {
      var _ = thread.schedule(() -> guarded(step), delay.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("A step of the supervision was dropped, since it is closed.", e);
    }
  }

  private void guarded(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException | Error e) {
      LOG.error("A step of the supervision of worker processes failed.", e);
    }
  }

  private void fill(Post post) {
    if (closed.get()) {
      return;
    }
    ChildJvm child;
    try {
      child = ChildJvm.start(plans.apply(post.number), output);
    } catch (RuntimeException e) { // a plan that cannot be made is as bad as a child that ends
      onEnd(post, String.valueOf(e.getMessage()));
      return;
    }
    post.child = child;
    var _ = child.ready().thenAccept(ready -> later(Duration.ZERO, () -> onUp(post, child, ready)));
    var _ = child.ended().thenAccept(code -> later(Duration.ZERO, () -> onEnd(post, child, code)));
    long begun = System.nanoTime();
    later(terms.startLimit(), () -> requireUp(child, begun));
  }

  private void onUp(Post post, ChildJvm child, Ready ready) {
    if (!child.equals(post.child)) {
      return; // it has ended before this was heard
    }
    post.up = true;
    post.failedStarts = 0;
    LOG.info("{} is up: node {} at {}", child, ready.node(), ready.address());
    listener.up(post.number, child.pid(), ready);
  }

  private void requireUp(ChildJvm child, long begun) {
    if (!child.isAlive() || child.ready().toCompletableFuture().isDone()) {
      return;
    }
    long left = child.startLeft(begun, terms.startLimit());
    if (left > 0) {
      later(Duration.ofNanos(left), () -> requireUp(child, begun));
    } else {
      LOG.warn("{}{}", child, child.lateness(terms.startLimit()));
      child.kill();
    }
  }

  private void onEnd(Post post, ChildJvm child, int code) {
    var lines = new LastLines(5);
    child.lastLines().forEach(lines::add);
    onEnd(post, child + " ended with " + ChildJvm.told(code) + "; its last lines:\n" + lines);
  }

  private void onEnd(Post post, String how) {
    if (closed.get()) {
      return;
    }
    long now = System.nanoTime();
    post.child = null;
    post.failedStarts += post.up ? 0 : 1;
    post.up = false;
    post.ends.removeIf(end -> now - end >= terms.restarts().window().toNanos());
    post.ends.add(now);
    terms
        .restarts()
        .next(post.ends, post.failedStarts, now)
        .ifPresentOrElse(pause -> restart(post, how, pause), () -> giveUp(post, how));
  }

  private void restart(Post post, String how, Duration pause) {
    LOG.warn("Worker {} is started again in {}: {}", post.number, pause, how);
    later(pause, () -> fill(post));
    listener.restarts(post.number, how, pause);
  }

  private void giveUp(Post post, String how) {
    var often = post.ends.size() > terms.restarts().restarts()
        ? "ended " + post.ends.size() + " times within " + terms.restarts().window()
        : "not come up " + post.failedStarts + " times one after the other";
    var why = "Worker " + post.number + " is not started again, having " + often + ": " + how;
    LOG.error(why);
    listener.gaveUp(post.number, why);
  }

  /** The process id of the child of a number, or 0 while there is none. */
  public long pid(int worker) {
    var child = posts.get(worker).child;
    return child == null ? 0 : child.pid();
  }

  /**
   * Kills a child as {@code kill -9} does; it is then started again as if it had crashed.
   *
   * @throws ProcessException when it does not run at this moment
   */
  public void kill(int worker) {
    var child = posts.get(worker).child;
    if (child == null) {
      throw new ProcessException(
          "Wanted to kill worker " + worker + ": it does not run at this moment");
    }
    child.kill();
  }

  /**
   * Ends all children at the same time: asks, waits, insists, kills. Closing again does nothing.
   */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    thread.shutdownNow();
    try {
      if (!thread.awaitTermination(terms.startLimit().toNanos(), TimeUnit.NANOSECONDS)) {
        LOG.warn("The supervision of worker processes did not stop; they end with this JVM.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    var children =
        posts.stream().map(post -> post.child).filter(Objects::nonNull).toList();
    children.forEach(ChildJvm::askToEnd);
    long end = System.nanoTime() + terms.patience().toNanos();
    children.forEach(child -> LOG.debug(
        "{}: {}", child, child.end(Duration.ofNanos(Math.max(0, end - System.nanoTime())))));
  }
}
