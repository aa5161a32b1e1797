package io.mobula.samples;

import io.mobula.ActorHandle;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import java.util.stream.IntStream;

/**
 * Actor whose handle is passed to many tasks: all of them count on the same object, and no count is
 * lost.
 */
public final class SharedCounter {
  private SharedCounter() {}

  /** Actor that counts increments. */
  static final class Counter {
    private int count;

    void increment() {
      count++;
    }

    int count() {
      return count;
    }
  }

  /** Counts; the arguments are the number of tasks and of counts per task. */
  public static void main(String[] args) {
    int tasks = args.length > 0 ? Integer.parseInt(args[0]) : 20;
    int times = args.length > 1 ? Integer.parseInt(args[1]) : 1000;
    try (MobulaRuntime runtime = Mobula.init()) {
      ActorHandle<Counter> counter = runtime.actor(Counter::new).remote();
      var all = IntStream.range(0, tasks)
          .mapToObj(i -> Mobula.action(SharedCounter::count, counter, times).remote())
          .toList();
      Mobula.get(all); // every task waits for its own counts
      int counted = counter.call(Counter::count).remote().get();
      System.out.println("counted " + counted + " of " + tasks * times);
    }
  }

  private static void count(ActorHandle<Counter> counter, int times) {
    var counts = IntStream.range(0, times)
        .mapToObj(i -> counter.tell(Counter::increment).remote())
        .toList();
    Mobula.get(counts);
  }
}
