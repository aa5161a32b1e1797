package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.ActorHandle;
import io.mobula.ObjectRef;
import io.mobula.placement.Placement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Results that stay in the store of the actor's process are held for their caller from the moment
 * they are made, whatever the caller is doing when they arrive.
 */
@Tag("long")
@Timeout(180)
class PipelinedResultsIT {
  /** Number of values that are too large for a frame. */
  private static final int COUNT = 16_000;

  private static final int CALLERS = 3;
  private static final int IN_FLIGHT = 4;
  private static final Duration FOR = Duration.ofSeconds(12);

  /** Actor that makes arrays. */
  static final class Maker {
    double[] make(double with) {
      var made = new double[COUNT];
      Arrays.fill(made, with);
      return made;
    }
  }

  @Test
  void resultsThatComeWhileOthersAreAskedForAreThereToBeRead() throws Exception {
    // otherwise the results are lent
    var overArtery = ClusterTestSupport.settings().set("mobula.lanes.shared-memory", "off");
    try (var cluster = ClusterTestSupport.cluster(1).settings(overArtery).start();
        var threads = Executors.newFixedThreadPool(CALLERS)) {
      var runtime = cluster.runtime();
      var at = Placement.on(cluster.nodes().getFirst().id());
      var maker = runtime.actor(Maker::new).cpus(0).placement(at).remote();
      var calling = new ArrayList<Callable<Integer>>();
      for (int i = 0; i < CALLERS; i++) {
        calling.add(() -> call(maker));
      }
      // longer than the directory waits before it frees anything
      for (var done : threads.invokeAll(calling)) {
        assertThat(done.get()).isPositive();
      }
    }
  }

  private static int call(ActorHandle<Maker> maker) {
    var inFlight = new ArrayDeque<ObjectRef<double[]>>();
    int read = 0;
    for (long start = System.nanoTime(); System.nanoTime() - start < FOR.toNanos(); read++) {
      for (int next = read + inFlight.size(); inFlight.size() < IN_FLIGHT; next++) {
        inFlight.addLast(maker.call(Maker::make, (double) next).remote());
      }
      try (var oldest = inFlight.removeFirst()) {
        assertThat(oldest.get(ClusterTestSupport.LIMIT)).hasSize(COUNT).containsOnly(read);
      }
    }
    inFlight.forEach(ObjectRef::close);
    return read;
  }
}
