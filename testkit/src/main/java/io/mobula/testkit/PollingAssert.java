package io.mobula.testkit;

import io.mobula.MobulaRuntime;
import io.mobula.info.WaitReport;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Assertion that something becomes true in a while: it looks again every few milliseconds, and
 * fails with what was seen last when half a minute has passed. For what sends no signal that a test
 * could wait for, such as a node that joins or memory that is freed.
 *
 * <pre>{@code
 * PollingAssert.until("three nodes are there", () -> runtime.nodes().size() == 3);
 * PollingAssert.untilEqual(0L, () -> runtime.storeUsage().usedBytes());
 * var nodes = PollingAssert.untilMatches("a node has a GPU", runtime::nodes, found -> hasGpu(found));
 * }</pre>
 *
 * <p>On a machine that is overloaded by others, the limit is up to ten times as long, while this
 * process and its children have computed for less than the limit. A condition may throw: the test
 * fails with that. An interrupt, as that of a cancelled task, ends the wait with an
 * {@code InterruptedException}, but for {@link #spinUntil}.
 */
public final class PollingAssert {
  /** Limit that only something that hangs reaches. */
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private static final long BETWEEN_LOOKS_MILLIS = 5;
  private static final int MAX_SHOWN = 10;

  private PollingAssert() {}

  /**
   * Returns as soon as the condition holds.
   *
   * @param what what is awaited, to follow the word "until" in the message
   * @throws AssertionError when the condition does not hold in time
   */
  public static void until(String what, Callable<Boolean> condition) throws Exception {
    until(() -> what, condition);
  }

  /**
   * Returns as soon as the condition holds.
   *
   * @param what what is awaited and what was seen instead, to follow the word "until" in the
   *     message; called after the last look only
   * @throws AssertionError when the condition does not hold in time
   */
  public static void until(Callable<String> what, Callable<Boolean> condition) throws Exception {
    until(LIMIT, what, condition);
  }

  /**
   * Returns as soon as the condition holds.
   *
   * @param limit how long that may take, on a machine that is not overloaded
   * @param what what is awaited and what was seen instead, to follow the word "until" in the
   *     message; called after the last look only
   * @throws AssertionError when the condition does not hold in time
   */
  public static void until(Duration limit, Callable<String> what, Callable<Boolean> condition)
      throws Exception {
    poll(limit, () -> "Waited in vain until " + what.call(), condition);
  }

  private static void poll(Duration limit, Callable<String> complaint, Callable<Boolean> condition)
      throws Exception {
    var wait = LoadAwareLimit.start(limit);
    while (!condition.call()) {
      failIfOver(wait, complaint);
      TimeUnit.MILLISECONDS.sleep(BETWEEN_LOOKS_MILLIS);
    }
  }

  /**
   * Returns as soon as the condition holds; else the message also says what is pending in the
   * runtime, and who must act ({@link MobulaRuntime#pending}).
   *
   * @param what what is awaited, to follow the word "until" in the message
   * @throws AssertionError when the condition does not hold in time
   */
  public static void until(MobulaRuntime runtime, String what, Callable<Boolean> condition)
      throws Exception {
    until(LIMIT, runtime, what, condition);
  }

  /**
   * Returns as soon as the condition holds; else the message also says what is pending in the
   * runtime, and who must act ({@link MobulaRuntime#pending}).
   *
   * @param limit how long that may take, on a machine that is not overloaded
   * @param what what is awaited, to follow the word "until" in the message
   * @throws AssertionError when the condition does not hold in time
   */
  public static void until(
      Duration limit, MobulaRuntime runtime, String what, Callable<Boolean> condition)
      throws Exception {
    until(limit, () -> what + ". " + pendingIn(runtime), condition);
  }

  private static String pendingIn(MobulaRuntime runtime) {
    if (runtime.isClosed()) {
      return "The runtime is closed.";
    }
    var pending = runtime.pending();
    return pending.isEmpty()
        ? "Nothing is pending in the runtime."
        : "Pending in the runtime: " + pending.size() + "\n"
            + pending.stream()
                .limit(MAX_SHOWN)
                .map(WaitReport::text)
                .collect(Collectors.joining("\n"));
  }

  /**
   * Returns as soon as {@code actual} returns {@code wanted}.
   *
   * @throws AssertionError when it does not in time, with what it returned last
   */
  public static <T> void untilEqual(T wanted, Callable<T> actual) throws Exception {
    var seen = new Seen<T>();
    poll(
        LIMIT,
        () -> "Wanted " + wanted + ", had " + seen.latest,
        () -> wanted.equals(seen.remember(actual.call())));
  }

  /**
   * Returns the first value that satisfies the condition.
   *
   * @param what what is awaited, to follow the word "until" in the message
   * @throws AssertionError when no value does in time, with the last one
   */
  public static <T> T untilMatches(String what, Callable<T> look, Predicate<? super T> wanted)
      throws Exception {
    return untilMatches(LIMIT, what, look, wanted);
  }

  /**
   * Returns the first value that satisfies the condition.
   *
   * @param limit how long that may take, on a machine that is not overloaded
   * @param what what is awaited, to follow the word "until" in the message
   * @throws AssertionError when no value does in time, with the last one
   */
  public static <T> T untilMatches(
      Duration limit, String what, Callable<T> look, Predicate<? super T> wanted) throws Exception {
    var seen = new Seen<T>();
    until(
        limit,
        () -> what + "; last seen: " + seen.latest,
        () -> wanted.test(seen.remember(look.call())));
    return seen.remembered();
  }

  /** Value that was seen last. */
  private static final class Seen<T> {
    private @Nullable T latest;

    T remember(T value) {
      latest = value;
      return value;
    }

    @SuppressWarnings("NullAway") // after a value was seen
    T remembered() {
      return latest;
    }
  }

  /**
   * Returns as soon as the condition holds, and computes meanwhile instead of blocking, so that an
   * interrupt has no effect.
   *
   * @param what what is awaited, to follow the word "until" in the message
   * @throws AssertionError when the condition does not hold in time
   */
  public static void spinUntil(String what, Callable<Boolean> condition) throws Exception {
    var wait = LoadAwareLimit.start(LIMIT);
    while (!condition.call()) {
      failIfOver(wait, () -> "Waited in vain until " + what);
      Thread.onSpinWait();
    }
  }

  /**
   * Runs the garbage collector until the condition holds, with a pause after each collection: the
   * JVM's reference handler thread needs the lock that a collection holds, and gets it late or
   * never from a thread that collects without a pause.
   *
   * @param what what is awaited, to follow the word "until" in the message
   * @throws AssertionError when the condition does not hold in time
   */
  public static void untilCollected(String what, Callable<Boolean> condition) throws Exception {
    until(what, () -> {
      System.gc();
      return condition.call();
    });
  }

  private static void failIfOver(LoadAwareLimit wait, Callable<String> complaint) throws Exception {
    if (wait.isOver()) {
      throw new AssertionError(complaint.call() + " (after " + wait.describe() + ")");
    }
  }
}
