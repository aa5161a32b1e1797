package io.mobula.cluster;

import io.mobula.ActorHandle;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.ObjectRef;
import io.mobula.error.ActorDiedException;
import io.mobula.error.GetTimeoutException;
import io.mobula.error.MobulaException;
import io.mobula.error.RuntimeClosedException;
import io.mobula.error.TaskFailedException;
import io.mobula.placement.Placement;
import io.mobula.tensor.Tensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Driver that submits tasks, calls actors and reads objects until it is told to finish. It checks
 * every outcome: the right value, or an error of Mobula that is neither a timeout nor a failure of
 * the work.
 */
final class SoakDriver {
  private static final int LARGE = 40_000;
  private static final Duration LIMIT = Duration.ofSeconds(90);

  /**
   * Pause between two rounds: a machine without free cores for joining nodes would prove nothing.
   */
  private static final Duration THINKING = Duration.ofMillis(100);

  private final MobulaRuntime runtime;
  private final Random random;
  private final CompletableFuture<Void> worked = new CompletableFuture<>();
  private final Map<String, Integer> outcomes = new TreeMap<>();
  private volatile boolean enough;

  /** Actor without state that it could lose. */
  static final class SquareActor {
    int of(int number) {
      return number * number;
    }

    /** Returns a tensor that is too large for a frame. */
    Tensor many(int number) {
      return filled(number * number);
    }

    long sum(int[] numbers) {
      return Arrays.stream(numbers).asLongStream().sum();
    }
  }

  /** Expected value of a ref. */
  private record ExpectedValue(String what, ObjectRef<?> ref, Object value) {}

  private SoakDriver(MobulaRuntime runtime, long seed) {
    this.runtime = runtime;
    this.random = new Random(seed);
  }

  static SoakDriver start(MobulaRuntime runtime, long seed) {
    var driver = new SoakDriver(runtime, seed);
    Thread.ofPlatform().daemon().name("soak-driver").start(driver::work);
    return driver;
  }

  static int square(int number) {
    return number * number;
  }

  private static Tensor filled(int with) {
    return Tensor.of(numbers(with));
  }

  private static int[] numbers(int with) {
    var numbers = new int[LARGE];
    Arrays.fill(numbers, with);
    return numbers;
  }

  MobulaRuntime runtime() {
    return runtime;
  }

  boolean sees(NodeId node) {
    return runtime.nodes().stream().anyMatch(info -> info.id().equals(node));
  }

  private void work() {
    try {
      var squareActor = actor();
      while (!enough) {
        for (var expected : round(squareActor)) {
          squareActor = look(expected) ? squareActor : actor();
        }
        LockSupport.parkNanos(THINKING.toNanos());
      }
      worked.complete(null);
    } catch (RuntimeException | Error e) {
      worked.completeExceptionally(e);
    }
  }

  private ActorHandle<SquareActor> actor() {
    return runtime.actor(SquareActor::new).maxRestarts(100).maxCallRetries(3).remote();
  }

  /** Starts a round of small and large results, results as arguments, and calls. */
  private List<ExpectedValue> round(ActorHandle<SquareActor> squareActor) {
    var all = new ArrayList<ExpectedValue>();
    for (int i = 0; i < 20; i++) {
      int number = random.nextInt(10_000);
      all.add(new ExpectedValue(
          "task",
          runtime.task(SoakDriver::square, number).placement(Placement.spread()).remote(),
          number * number));
      all.add(new ExpectedValue(
          "call", squareActor.call(SquareActor::of, number).remote(), number * number));
    }
    for (int i = 0; i < 3; i++) {
      double with = random.nextInt(1000);
      var made = runtime
          .task(LargeValueTasks::filled, with)
          .placement(Placement.spread())
          .remote();
      var next = runtime
          .task(LargeValueTasks::plusOne, made)
          .placement(Placement.spread())
          .remote();
      all.add(new ExpectedValue(
          "object",
          runtime.task(LargeValueTasks::sum, next).remote(),
          (with + 1) * LargeValueTasks.COUNT));
      all.add(new ExpectedValue("put", runtime.put("value " + i), "value " + i));
      int number = random.nextInt(1000);
      var many = squareActor.call(SquareActor::many, number).remote();
      all.add(new ExpectedValue("large result", many, filled(number * number)));
      all.add(new ExpectedValue(
          "large argument",
          squareActor.call(SquareActor::sum, numbers(number)).remote(),
          (long) number * LARGE));
    }
    return all;
  }

  /** Checks an outcome of work. Returns whether the actor may still be used. */
  private boolean look(ExpectedValue expected) {
    try (var ref = expected.ref()) {
      var value = ref.get(LIMIT);
      if (!expected.value().equals(value)) {
        throw new AssertionError(expected.what() + " is " + value + ", not " + expected.value());
      }
      count(expected.what());
      return true;
    } catch (GetTimeoutException | RuntimeClosedException e) {
      throw new AssertionError(expected + " has no end", e);
    } catch (TaskFailedException e) { // no work here throws, and a node that leaves is no failure
      throw new AssertionError(expected + " has failed", e);
    } catch (MobulaException e) {
      count(expected.what() + " " + e.getClass().getSimpleName());
      return !(e instanceof ActorDiedException);
    }
  }

  private void count(String outcome) {
    outcomes.merge(outcome, 1, Integer::sum);
  }

  /** Ends the work and the driver; fails if any outcome was wrong. */
  Map<String, Integer> finish() throws Exception {
    enough = true;
    worked.get(LIMIT.multipliedBy(3).toSeconds(), TimeUnit.SECONDS);
    runtime.close();
    return outcomes;
  }

  /** Ends the driver without checking anything. */
  void abandon() {
    enough = true;
    runtime.close();
  }
}
