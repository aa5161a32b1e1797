package io.mobula.internal.wait;

import io.mobula.NodeId;
import io.mobula.info.WaitReport.WaitCause;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A thread that is about to block, registered from its slow path on: a thread that blocks for less
 * than about a millisecond is not registered. That thread enters and closes it; any thread sees it.
 * Costs two changes of a hash table.
 */
public final class BlockedThread implements WaitPoint, AutoCloseable {
  private static final Map<Thread, BlockedThread> BLOCKED = new ConcurrentHashMap<>();

  private final Thread thread = Thread.currentThread();
  private final long since = System.nanoTime();
  private final @Nullable NodeId node;
  private final Supplier<WaitStep> what;
  private final @Nullable BlockedThread outer;

  private BlockedThread(@Nullable NodeId node, Supplier<WaitStep> what) {
    this.node = node;
    this.what = what;
    this.outer = BLOCKED.put(thread, this);
  }

  /**
   * Registers the calling thread as blocked, until the result is closed.
   *
   * @param node the node in whose code the thread blocks
   * @param what describes what the thread waits for; called by any thread
   */
  public static BlockedThread enter(NodeId node, Supplier<WaitStep> what) {
    return new BlockedThread(node, what);
  }

  /** Returns the registration of that thread, or null if it is not blocked. */
  public static @Nullable BlockedThread of(@Nullable Thread thread) {
    return thread == null ? null : BLOCKED.get(thread);
  }

  /**
   * Registers the calling thread as blocked in code that does not know its node: the thread counts
   * as blocked in every node of the JVM.
   */
  public static BlockedThread enter(Supplier<WaitStep> what) {
    return new BlockedThread(null, what);
  }

  /**
   * Makes a link for work that a thread runs: the chain continues where that thread blocks, if it
   * does.
   *
   * @param what names the work, up to the verb
   */
  public static WaitStep running(String what, Thread runner) {
    var blocked = of(runner);
    return blocked == null
        ? WaitStep.end(what + " in thread " + runner.getName(), WaitCause.RUNNING)
        : WaitStep.via(what, blocked);
  }

  /** Returns all threads that are blocked in code of that node. */
  public static List<BlockedThread> in(NodeId node) {
    return BLOCKED.values().stream()
        .filter(each -> each.node == null || each.node.equals(node))
        .toList();
  }

  @Override
  public WaitStep waitStep() {
    var step = what.get();
    return new WaitStep(
        "thread " + thread.getName() + " " + step.text(), step.version(), since, step.next());
  }

  /** Ends the registration, as the thread continues. */
  @Override
  public void close() {
    if (outer == null) {
      BLOCKED.remove(thread, this);
    } else {
      BLOCKED.put(thread, outer);
    }
  }
}
