package io.mobula.internal.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.spi.DelayTimer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Test of pools that add threads while all others are busy or blocked. */
@Timeout(60)
class ElasticPoolTest {
  private final Queue<Runnable> timers = new ArrayDeque<>();
  private final DelayTimer timer = (delay, action) -> {
    timers.add(action);
    return () -> timers.remove(action);
  };
  private final LinkedBlockingQueue<String> begun = new LinkedBlockingQueue<>();
  private final CountDownLatch gate = new CountDownLatch(1);
  private ExecutorService pool;

  @AfterEach
  void close() {
    gate.countDown();
    pool.shutdownNow();
  }

  /** Submits work that says that it has begun, and waits until the gate opens. */
  private void submit(String name) {
    pool.execute(() -> {
      begun.add(name);
      try {
        gate.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    });
  }

  private String nextBegun() throws InterruptedException {
    return begun.poll(30, TimeUnit.SECONDS);
  }

  @Test
  void workBeyondTheMaximumWaitsInItsOrder() throws Exception {
    pool = ElasticPool.create("test", 2);
    submit("one");
    submit("two");
    assertThat(new String[] {nextBegun(), nextBegun()}).containsExactlyInAnyOrder("one", "two");
    submit("three");
    submit("four");
    assertThat(begun).isEmpty();
    assertThat(((ThreadPoolExecutor) pool).getQueue()).hasSize(2);
    gate.countDown();
    assertThat(new String[] {nextBegun(), nextBegun()}).containsExactlyInAnyOrder("three", "four");
  }

  @Test
  void aClosedPoolRefusesWork() {
    pool = ElasticPool.create("test", 1);
    pool.shutdown();
    assertThatThrownBy(() -> submit("late")).isInstanceOf(RejectedExecutionException.class);
  }

  @Test
  void aGrowingPoolHasMoreThreadsOnlyWhileAllAreBlocked() throws Exception {
    pool = ElasticPool.createGrowing("test", 1, 3, timer);
    var threads = (ThreadPoolExecutor) pool;
    submit("one");
    assertThat(timers).as("nothing is queued").isEmpty();
    submit("two");
    submit("three");
    submit("four");
    assertThat(nextBegun()).isEqualTo("one");
    assertThat(timers).as("one check for all").hasSize(1);
    timers.remove().run(); // nothing has ended meanwhile
    assertThat(new String[] {nextBegun(), nextBegun()}).containsExactlyInAnyOrder("two", "three");
    assertThat(threads.getMaximumPoolSize()).isEqualTo(3);
    assertThat(begun).as("three threads are the maximum").isEmpty();
    gate.countDown();
    assertThat(nextBegun()).isEqualTo("four");
    timers.remove().run(); // nothing waits any more
    assertThat(threads.getMaximumPoolSize()).isEqualTo(1);
    assertThat(timers).isEmpty();
  }
}
