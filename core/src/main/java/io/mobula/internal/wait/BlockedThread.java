package io.mobula.internal.wait;

import io.mobula.NodeId;
import io.mobula.WaitReport.WaitCause;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A thread that is about to block, from its slow path on: who blocks for less than about a
 * millisecond is not noted. Entered and closed by that thread, seen by all. Costs two changes of a
 * hash table.
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
   * Notes that the calling thread blocks, until it is closed.
   *
   * @param node in whose parts
   * @param what says for what; asked from any thread
   */
  public static BlockedThread enter(NodeId node, Supplier<WaitStep> what) {
    return new BlockedThread(node, what);
  }

  /** What that thread waits for, or null if it goes on. */
  public static @Nullable BlockedThread of(@Nullable Thread thread) {
    return thread == null ? null : BLOCKED.get(thread);
  }

  /**
   * The same in a part that does not know its node: it counts as blocked in every node of the JVM.
   */
  public static BlockedThread enter(Supplier<WaitStep> what) {
    return new BlockedThread(null, what);
  }

  /**
   * A link for work that a thread runs: the chain goes on where that thread blocks, if it does.
   *
   * @param what names the work, up to the verb
   */
  public static WaitStep running(String what, Thread runner) {
    var blocked = of(runner);
    return blocked == null
        ? WaitStep.end(what + " in thread " + runner.getName(), WaitCause.RUNNING)
        : WaitStep.via(what, blocked);
  }

  /** All that block in parts of that node. */
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

  /** It goes on. */
  @Override
  public void close() {
    if (outer == null) {
      BLOCKED.remove(thread, this);
    } else {
      BLOCKED.put(thread, outer);
    }
  }
}
