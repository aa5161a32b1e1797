package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ActorHandle;
import io.mobula.LocalCluster;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.ObjectRef;
import io.mobula.PutOptions;
import io.mobula.error.TooFewCopiesException;
import io.mobula.info.NodeInfo;
import io.mobula.placement.Placement;
import io.mobula.testkit.PollingAssert;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Values that are put with several replicas, when nodes that have one are killed. */
@Timeout(180)
class ObjectReplicasIT {
  private static final long BYTES = (long) LargeValueTasks.COUNT * Double.BYTES;

  /** Value with a ref and a handle inside. */
  record NestedRefs(
      ObjectRef<double[]> inside, ActorHandle<LargeValueTasks.Maker> maker, String text)
      implements Serializable {}

  /** Refs to the values that a task put on its node. */
  record PutRefs(ObjectRef<double[]> large, ObjectRef<String> small, ObjectRef<NestedRefs> full)
      implements Serializable {}

  static PutRefs putTwice(double with, ActorHandle<LargeValueTasks.Maker> maker) {
    var twice = PutOptions.copies(2);
    var inside = Mobula.put(LargeValueTasks.filled(with + 1), twice);
    return new PutRefs(
        Mobula.put(LargeValueTasks.filled(with), twice),
        Mobula.put("small " + new StringBuilder().append(with), twice),
        Mobula.put(new NestedRefs(inside, maker, "full"), twice));
  }

  @Test
  void theyOutliveEachNodeThatHasOneAndGoWithTheLastRef() throws Exception {
    try (var cluster = ClusterTestSupport.cluster(3).start()) {
      var runtime = cluster.runtime();
      var maker = runtime
          .actor(LargeValueTasks.Maker::new)
          .cpus(0)
          .placement(Placement.on(cluster.nodes().get(2).id()))
          .remote();
      var put = runtime
          .task(ObjectReplicasIT::putTwice, 7.0, maker)
          .placement(Placement.on(cluster.nodes().getFirst().id()))
          .remote()
          .get(ClusterTestSupport.LIMIT);
      awaitLargeValues(cluster, 4);

      cluster.kill(0);
      assertThat(put.large().get(ClusterTestSupport.LIMIT))
          .hasSize(LargeValueTasks.COUNT)
          .containsOnly(7.0);
      assertThat(put.small().get(ClusterTestSupport.LIMIT)).isEqualTo("small 7.0");
      assertThat(runtime
              .task(LargeValueTasks::sum, put.large())
              .remote()
              .get(ClusterTestSupport.LIMIT))
          .isEqualTo(7.0 * LargeValueTasks.COUNT);
      awaitLargeValues(cluster, 4); // on the two remaining nodes

      cluster.kill(1);
      assertThat(put.large().get(ClusterTestSupport.LIMIT)).containsOnly(7.0);
      assertThat(put.small().get(ClusterTestSupport.LIMIT)).isEqualTo("small 7.0");
      var full = put.full().get(ClusterTestSupport.LIMIT);
      assertThat(full.inside().get(ClusterTestSupport.LIMIT)).containsOnly(8.0);
      assertThat(full.maker()
              .call(LargeValueTasks.Maker::filled, 3.0)
              .remote()
              .get(ClusterTestSupport.LIMIT))
          .containsOnly(3.0);

      List.of(put.large(), put.small(), put.full(), full.inside()).forEach(ObjectRef::close);
      put = null;
      full = null;
      awaitLargeValues(cluster, 0);
    }
  }

  @Test
  void tooFewNodesAreSaidInTimeAndLeaveNothingBehind() throws Exception {
    try (var cluster = ClusterTestSupport.cluster(1).start()) {
      var runtime = cluster.runtime();
      assertThatThrownBy(() -> runtime.put(
              LargeValueTasks.filled(1), PutOptions.copies(3).timeout(Duration.ofMillis(700))))
          .isInstanceOf(TooFewCopiesException.class)
          .hasMessageContainingAll("3 nodes", "on 2", "PT0.7S");
      awaitLargeValues(cluster, 0);
      try (var both = runtime.put(LargeValueTasks.filled(2), PutOptions.copies(2))) {
        awaitLargeValues(cluster, 2); // on the node and in the driver
        cluster.kill(0);
        assertThat(both.get(ClusterTestSupport.LIMIT)).containsOnly(2.0);
      }
    }
  }

  /** Waits until all stores together have this many values of {@link LargeValueTasks#COUNT}. */
  private static void awaitLargeValues(LocalCluster cluster, int count) throws Exception {
    PollingAssert.until(
        () -> count + " large values; bytes in use: " + usedBytes(cluster.runtime()) + " of "
            + cluster.runtime().nodes(),
        () -> {
          System.gc();
          long used = usedBytes(cluster.runtime()).values().stream()
              .mapToLong(Long::longValue)
              .sum();
          return used / BYTES == count;
        });
  }

  private static Map<NodeId, Long> usedBytes(MobulaRuntime runtime) {
    return runtime.nodes().stream()
        .collect(Collectors.toMap(
            NodeInfo::id,
            node -> node.id().equals(runtime.nodeId())
                ? runtime.storeUsage().usedBytes() // the view does not contain a driver's store
                : node.store().usedBytes()));
  }
}
