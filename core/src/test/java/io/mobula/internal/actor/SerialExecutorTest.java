package io.mobula.internal.actor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Test of an executor on the threads of its callers. */
@Timeout(60)
class SerialExecutorTest {
  private final SerialExecutor executor = new SerialExecutor();
  private final List<String> done = new ArrayList<>();

  @Test
  void anActionRunsOnTheThreadThatSubmitsIt() {
    var thread = new Thread[1];
    executor.execute(() -> thread[0] = Thread.currentThread());
    assertThat(thread[0]).isSameAs(Thread.currentThread());
  }

  @Test
  void anActionThatSubmitsAnotherOneFinishesFirst() {
    executor.execute(() -> {
      executor.execute(() -> done.add("second"));
      executor.execute(() -> done.add("third"));
      done.add("first");
    });
    assertThat(done).containsExactly("first", "second", "third");
  }

  @Test
  void anActionThatThrowsStopsNoLaterOne() {
    executor.execute(() -> {
      executor.execute(() -> done.add("later"));
      throw new IllegalStateException("as told; the log has it");
    });
    executor.execute(() -> done.add("last"));
    assertThat(done).containsExactly("later", "last");
  }

  @Test
  void actionsOfManyThreadsRunOneAtATimeAndEachThreadsInOrder() throws Exception {
    int threads = 4;
    int each = 5_000;
    var begin = new CountDownLatch(1);
    var inside = new AtomicInteger();
    var overlaps = new AtomicInteger();
    var seen = new ArrayList<int[]>(); // only the actions touch it
    try (var pool = Executors.newFixedThreadPool(threads)) {
      for (int thread = 0; thread < threads; thread++) {
        int by = thread;
        pool.execute(() -> {
          try {
            begin.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          for (int i = 0; i < each; i++) {
            int number = i;
            executor.execute(() -> {
              if (inside.incrementAndGet() > 1) {
                overlaps.incrementAndGet();
              }
              seen.add(new int[] {by, number});
              inside.decrementAndGet();
            });
          }
        });
      }
      begin.countDown();
      pool.shutdown();
      assertThat(pool.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }
    var last = new CountDownLatch(1);
    executor.execute(last::countDown); // the actions before it have run
    last.await();
    assertThat(overlaps).hasValue(0);
    assertThat(seen).hasSize(threads * each);
    var next = new int[threads];
    for (var action : seen) {
      assertThat(action[1]).isEqualTo(next[action[0]]++);
    }
  }
}
