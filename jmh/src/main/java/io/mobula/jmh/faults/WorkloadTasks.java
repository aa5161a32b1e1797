package io.mobula.jmh.faults;

import io.mobula.Mobula;
import io.mobula.tensor.Tensor;
import io.mobula.testkit.fault.EffectLog;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Tasks and actors of the workload. Each records its begin before it does anything else. */
final class WorkloadTasks {
  /**
   * Number of integers in a large value: 160 KB, which go into shared memory and not into a frame.
   */
  static final int LARGE = 40_000;

  private WorkloadTasks() {}

  static long square(EffectLog log, String id, long number, int millis)
      throws InterruptedException {
    log.begin(id);
    TimeUnit.MILLISECONDS.sleep(millis); // in place of work
    return number * number;
  }

  static long throwing(EffectLog log, String id, int failures) {
    log.begin(id);
    if (Mobula.context().attempt() <= failures) {
      throw new IllegalStateException("as attempt " + Mobula.context().attempt() + " should");
    }
    return failures;
  }

  /** Runs a tree of tasks that start tasks. */
  static long tree(EffectLog log, String id, int depth) {
    log.begin(id);
    if (depth == 0) {
      return 1;
    }
    try (var left =
            Mobula.task(WorkloadTasks::tree, log, id, depth - 1).maxRetries(50).remote();
        var right =
            Mobula.task(WorkloadTasks::tree, log, id, depth - 1).maxRetries(50).remote()) {
      return left.get() + right.get();
    }
  }

  static Tensor filled(EffectLog log, String id, int with) {
    log.begin(id);
    return tensor(with);
  }

  static Tensor tensor(int with) {
    var numbers = new int[LARGE];
    Arrays.fill(numbers, with);
    return Tensor.of(numbers);
  }

  static Tensor plusOne(EffectLog log, String id, Tensor tensor) {
    log.begin(id);
    var numbers = tensor.toIntArray();
    for (int i = 0; i < numbers.length; i++) {
      numbers[i]++;
    }
    return Tensor.of(numbers);
  }

  static long sum(EffectLog log, String id, Tensor tensor) {
    log.begin(id);
    return sum(tensor);
  }

  static long sum(Tensor tensor) {
    return Arrays.stream(tensor.toIntArray()).asLongStream().sum();
  }

  static Stream<Integer> stream(EffectLog log, String id, int count) {
    log.begin(id);
    return IntStream.range(0, count).boxed();
  }

  /** Actor that counts its calls. */
  static final class Counter {
    private final EffectLog log;
    private final String place;
    private long calls;

    /** Creates the actor; each incarnation has a random name of its own in the log. */
    Counter(EffectLog log) {
      this.log = log;
      this.place = UUID.randomUUID().toString();
    }

    long next(String id) {
      log.begin(id, place);
      return ++calls;
    }

    long sum(String id, Tensor tensor) {
      log.begin(id, place);
      calls++;
      return WorkloadTasks.sum(tensor);
    }

    Tensor large(String id, int with) {
      log.begin(id, place);
      calls++;
      return tensor(with);
    }

    /**
     * Fails as a whole actor fails: with an error, after which the actor is restarted if restarts
     * are allowed.
     */
    long fail(String id) {
      log.begin(id, place);
      throw new AssertionError("as it should");
    }
  }
}
