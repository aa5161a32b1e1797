package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.ActorHandle;
import io.mobula.LocalCluster;
import io.mobula.ObjectRef;
import io.mobula.placement.Placement;
import io.mobula.testkit.PollingAssert;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Work whose arguments were lost with their node, where the tasks that reconstruct these need the
 * only resource that the work itself needs. Each node is a host of its own and has one of that
 * resource.
 */
@Tag("long")
@Timeout(120)
class LostArgumentsIT {
  private static final String SEAT = "seat";

  /** Actor that is made of a value and holds a seat for life. */
  static final class Holder {
    private final double sum;

    Holder(double[] of) {
      this.sum = LargeValueTasks.sum(of);
    }

    double sum() {
      return sum;
    }

    long pid() {
      return ProcessHandle.current().pid();
    }
  }

  private static LocalCluster cluster(double cpus) {
    return cluster(cpus, 1);
  }

  private static LocalCluster cluster(double cpus, int seats) {
    return ClusterTestSupport.cluster(2)
        .cpusPerNode(cpus)
        .settings(ClusterTestSupport.settings().set("mobula.store.share-host", false))
        .jvmFlags(
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Dmobula.resources.custom." + SEAT + "=" + seats)
        .start();
  }

  private static Placement on(LocalCluster cluster, int node) {
    return Placement.on(cluster.nodes().get(node).id());
  }

  /** Makes a value of ones that only the first node has, by a task that needs this many seats. */
  private static ObjectRef<double[]> onesAtFirst(LocalCluster cluster, int seats) throws Exception {
    var ones = cluster
        .runtime()
        .task(LargeValueTasks::filled, 1.0)
        .resource(SEAT, seats)
        .placement(on(cluster, 0))
        .remote();
    awaitReady(ones);
    return ones;
  }

  private static void awaitReady(ObjectRef<?> ref) throws Exception {
    PollingAssert.until(ref + " is ready", ref::isReady);
  }

  @Test
  void aChainOfTasksIsMadeAgainWithOneOfAResource() throws Exception {
    try (var cluster = cluster(2)) {
      var runtime = cluster.runtime();
      var doomed = on(cluster, 0);
      var a = onesAtFirst(cluster, 1);
      var b = runtime
          .task(LargeValueTasks::plusOne, a)
          .resource(SEAT, 1)
          .placement(doomed)
          .remote();
      awaitReady(b);
      var c = runtime
          .task(LargeValueTasks::plusOne, b)
          .resource(SEAT, 1)
          .placement(doomed)
          .remote();
      awaitReady(c);

      cluster.kill(0);

      assertThat(c.get(ClusterTestSupport.LIMIT)).hasSize(LargeValueTasks.COUNT).containsOnly(3.0);
    }
  }

  @Test
  void aChainOfTasksIsMadeAgainWithOneCpu() throws Exception {
    try (var cluster = cluster(1)) {
      var runtime = cluster.runtime();
      var doomed = on(cluster, 0);
      var a = runtime.task(LargeValueTasks::filled, 1.0).placement(doomed).remote();
      awaitReady(a);
      var b = runtime.task(LargeValueTasks::plusOne, a).placement(doomed).remote();
      awaitReady(b);
      var c = runtime.task(LargeValueTasks::plusOne, b).placement(doomed).remote();
      awaitReady(c);

      cluster.kill(0);

      assertThat(c.get(ClusterTestSupport.LIMIT)).hasSize(LargeValueTasks.COUNT).containsOnly(3.0);
    }
  }

  /**
   * The loss is noticed after the tasks have been granted their resources and before they begin.
   */
  @Test
  void tasksThatAreGrantedTheirResourcesBeforeTheLossIsSeenGiveThemBack() throws Exception {
    try (var cluster = cluster(2)) {
      var runtime = cluster.runtime();
      var a = onesAtFirst(cluster, 1);

      cluster.kill(0);

      var stays = on(cluster, 1);
      var first = runtime
          .task(LargeValueTasks::sum, a)
          .resource(SEAT, 1)
          .placement(stays)
          .remote();
      var second = runtime
          .task(LargeValueTasks::sum, a)
          .maxRetries(0)
          .resource(SEAT, 1)
          .placement(stays)
          .remote();
      assertThat(first.get(ClusterTestSupport.LIMIT)).isEqualTo(LargeValueTasks.COUNT);
      assertThat(second.get(ClusterTestSupport.LIMIT)).isEqualTo(LargeValueTasks.COUNT);
    }
  }

  /**
   * The task that reconstructs the value needs everything that the waiting tasks have been granted
   * together.
   */
  @Test
  void tasksThatShareALostArgumentAllGiveTheirResourcesBack() throws Exception {
    int sharers = 4;
    try (var cluster = cluster(8, sharers)) {
      var runtime = cluster.runtime();
      var a = onesAtFirst(cluster, sharers);

      cluster.kill(0);

      List<ObjectRef<Double>> sums = new ArrayList<>();
      for (int i = 0; i < sharers; i++) {
        sums.add(runtime
            .task(LargeValueTasks::sum, a)
            .resource(SEAT, 1)
            .placement(on(cluster, 1))
            .remote());
      }
      for (var sum : sums) {
        assertThat(sum.get(ClusterTestSupport.LIMIT)).isEqualTo(LargeValueTasks.COUNT);
      }
    }
  }

  @Test
  void anActorIsMadeAgainWhoseArgumentNeedsWhatItHoldsForLife() throws Exception {
    try (var cluster = cluster(2)) {
      var runtime = cluster.runtime();
      var a = onesAtFirst(cluster, 1);
      ActorHandle<Holder> elsewhere = runtime
          .actor(Holder::new, LargeValueTasks.filled(0))
          .resource(SEAT, 1)
          .placement(on(cluster, 1))
          .remote();
      assertThat(elsewhere.call(Holder::sum).remote().get(ClusterTestSupport.LIMIT))
          .isZero();
      ActorHandle<Holder> holder = runtime
          .actor(Holder::new, a)
          .resource(SEAT, 1)
          .maxRestarts(1)
          .maxCallRetries(1)
          .placement(Placement.preferring(cluster.nodes().getFirst().id()))
          .remote();
      assertThat(holder.call(Holder::pid).remote().get(ClusterTestSupport.LIMIT))
          .isEqualTo(cluster.nodes().getFirst().pid());
      elsewhere.kill();

      cluster.kill(0);

      assertThat(holder.call(Holder::sum).remote().get(ClusterTestSupport.LIMIT))
          .isEqualTo(LargeValueTasks.COUNT);
    }
  }

  /** An actor returns its resources before its constructor runs, as tasks do. */
  @Test
  void anActorThatIsPlacedBeforeTheLossIsSeenGivesItsResourcesBack() throws Exception {
    try (var cluster = cluster(2)) {
      var runtime = cluster.runtime();
      var a = onesAtFirst(cluster, 1);

      cluster.kill(0);

      ActorHandle<Holder> holder = runtime
          .actor(Holder::new, a)
          .resource(SEAT, 1)
          .placement(on(cluster, 1))
          .remote();
      assertThat(holder.call(Holder::sum).remote().get(ClusterTestSupport.LIMIT))
          .isEqualTo(LargeValueTasks.COUNT);
    }
  }
}
