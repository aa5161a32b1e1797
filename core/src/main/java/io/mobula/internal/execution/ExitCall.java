package io.mobula.internal.execution;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Call of {@link System#exit} that ends this JVM, as its shutdown hooks see it. The call never
 * returns, so a hook must not wait for a task that has made it.
 *
 * @param callers the threads that are in such a call; empty if a virtual thread is
 */
public record ExitCall(Set<Thread> callers) {
  private static final Thread PROBE = new Thread(() -> {}, "mobula-exit-check");
  // the stack of a signal's thread, and of the last thread
  private static final String ENDING = "java.lang.Shutdown.";

  /**
   * Returns the call, or null if the JVM is not ending, was asked to end by a signal, or has no
   * other thread left.
   */
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
   * Returns whether the work of a thread has made the call: the thread itself, a thread that it
   * started, which is in its thread group, or a thread of the common pool, which cannot be
   * attributed.
   *
   * @param worker a thread with a thread group of its own
   */
  @SuppressWarnings("ReferenceEquality") // threads are known by identity
  public boolean isMadeBy(Thread worker) {
    return callers.isEmpty()
        || callers.stream()
            .anyMatch(caller -> caller == worker
                || caller instanceof ForkJoinWorkerThread
                || caller.getThreadGroup() == worker.getThreadGroup());
  }

  /**
   * Returns whether a thread has made the call whose name, or whose group's name, begins with one
   * of the prefixes.
   */
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
