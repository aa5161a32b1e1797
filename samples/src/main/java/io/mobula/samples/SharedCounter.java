package io.mobula.samples;

import io.mobula.ActorHandle;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import java.util.stream.IntStream;

/** An actor's handle given to many tasks: each counts on the same object, and no count is lost. */
public final class SharedCounter {
  private SharedCounter() {}

  /** The actor. */
  static final class Counter {
    private int count;

    void increment() {
      count++;
    }

    int count() {
      return count;
    }
  }

  /** Counts; how many tasks, and how often each counts, may be given. */
  public static void main(String[] args) {
    int tasks = args.length > 0 ? Integer.parseInt(args[0]) : 20;
    int times = args.length > 1 ? Integer.parseInt(args[1]) : 1000;
    try (MobulaRuntime runtime = Mobula.init()) {
      ActorHandle<Counter> counter = runtime.actor(Counter::new).remote();
      var all = IntStream.range(0, tasks)
          .mapToObj(i -> Mobula.action(SharedCounter::count, counter, times).remote())
          .toList();
      Mobula.get(all); // every task has waited for its own counts
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
