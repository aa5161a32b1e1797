package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.testkit.PollingAssert;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Tasks are cancelled at any moment of their way to other nodes, together with the tasks that they
 * start there; none keeps running.
 */
@Timeout(180)
@Tag("long")
class CancelTreesIT {
  private static final int ROUNDS = 60;
  private static final AtomicInteger RUNNING = new AtomicInteger();
  private static final AtomicInteger BEGUN = new AtomicInteger();

  private static MobulaRuntime one;
  private static MobulaRuntime two;
  private static MobulaRuntime driver;

  @BeforeAll
  static void open() {
    one =
        Mobula.init(ClusterTestSupport.settings().cpus(1).resource("one", 1000).listen(0));
    var address = one.nodes().getFirst().address();
    two =
        Mobula.init(ClusterTestSupport.settings().cpus(1).resource("two", 1000).join(address));
    driver = Mobula.connect(address, ClusterTestSupport.settings());
  }

  @AfterAll
  static void close() {
    driver.close();
    two.close();
    one.close();
  }

  /** Starts two tasks of the next level on the other node, then sleeps until it is interrupted. */
  private static int tree(int levels, String here, String there) throws InterruptedException {
    BEGUN.incrementAndGet();
    RUNNING.incrementAndGet();
    try {
      var children = new ArrayList<ObjectRef<Integer>>();
      for (int i = 0; i < 2 && levels > 1; i++) {
        children.add(Mobula.runtime()
            .task((Integer next) -> tree(next, there, here), levels - 1)
            .resource(there, 1)
            .cpus(0)
            .remote());
      }
      Thread.sleep(TimeUnit.MINUTES.toMillis(10));
      return children.size();
    } finally {
      RUNNING.decrementAndGet();
    }
  }

  @Test
  void nothingRunsOn() throws Exception {
    long seed = System.nanoTime();
    System.out.println("CancelTreesIT seed " + seed);
    var random = new Random(seed);
    var roots = new ArrayList<ObjectRef<Integer>>();
    for (int i = 0; i < ROUNDS; i++) {
      var root = driver
          .task((Integer levels) -> tree(levels, "one", "two"), 3)
          .resource("one", 1)
          .cpus(0)
          .remote();
      roots.add(root);
      LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(30_000)));
      root.cancel();
    }
    PollingAssert.until(
        () -> RUNNING + " of " + BEGUN + " run on",
        () -> RUNNING.get() == 0 && isFree(one, "one") && isFree(two, "two"));
    roots.forEach(ObjectRef::close);
    assertThat(BEGUN).as("some had begun").hasPositiveValue();
    assertThat(List.of(one.waiting(), two.waiting())).allMatch(List::isEmpty);
  }

  private static boolean isFree(MobulaRuntime node, String resource) {
    return node.availableResources().amount(resource) == 1000;
  }
}
