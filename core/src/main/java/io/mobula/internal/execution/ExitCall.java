package io.mobula.internal.execution;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The call of {@link System#exit} that ends this JVM, as its shutdown hooks see it. Whoever made it
 * never returns, so a hook that waited for a task that did would wait in vain.
 *
 * @param callers the threads that are in such a call; none where a virtual thread is
 */
public record ExitCall(Set<Thread> callers) {
  private static final Thread PROBE = new Thread(() -> {}, "mobula-probe");
  private static final String ENDING = "java.lang.Shutdown."; // of signals and the last thread

  /** The call, or null where the JVM goes on, was asked to end by a signal, or has no thread. */
  public static @Nullable ExitCall find() {
    if (!isEnding()) {
      return null;
    }
    var callers = new HashSet<Thread>();
    boolean otherwise = false;
    for (var each : Thread.getAllStackTraces().entrySet()) {
      if (isIn(each.getValue(), "java.lang.Runtime.exit")) {
        callers.add(each.getKey());
      } else {
        otherwise |= isIn(each.getValue(), ENDING);
      }
    }
    return callers.isEmpty() && otherwise ? null : new ExitCall(callers);
  }

  private static boolean isEnding() {
    try {
      Runtime.getRuntime().addShutdownHook(PROBE);
      Runtime.getRuntime().removeShutdownHook(PROBE);
      return false;
    } catch (IllegalStateException ending) {
      return true;
    } catch (IllegalArgumentException another) { // another thread asks at the same moment
      return false;
    }
  }

  private static boolean isIn(StackTraceElement[] stack, String call) {
    return List.of(stack).stream()
        .anyMatch(frame -> (frame.getClassName() + "." + frame.getMethodName()).startsWith(call));
  }

  /**
   * Whether the work of that thread has made it: the thread itself, one that it started, which is
   * in its group, or one of those that all work shares and that cannot be told apart.
   *
   * @param worker has a thread group of its own
   */
  @SuppressWarnings("ReferenceEquality") // threads are known by identity
  public boolean isMadeBy(Thread worker) {
    return callers.isEmpty()
        || callers.stream()
            .anyMatch(caller -> caller == worker
                || caller instanceof ForkJoinWorkerThread
                || caller.getThreadGroup() == worker.getThreadGroup());
  }

  /** Whether a thread has made it whose name begins like one of those, or that of its group. */
  public boolean isMadeByOneOf(List<String> prefixes) {
    return callers.stream()
        .flatMap(caller -> Stream.of(caller.getName(), groupOf(caller)))
        .anyMatch(name -> prefixes.stream().anyMatch(name::startsWith));
  }

  private static String groupOf(Thread thread) {
    var group = thread.getThreadGroup();
    return group == null ? "" : group.getName();
  }
}
