package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ActorHandle;
import io.mobula.LocalCluster;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.NodeInfo;
import io.mobula.ObjectRef;
import io.mobula.Placement;
import io.mobula.PutOptions;
import io.mobula.error.TooFewCopiesException;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Values that are put with several copies, when nodes that have one are killed. */
@Timeout(180)
class ReplicasIT {
  private static final long BYTES = (long) Values.COUNT * Double.BYTES;

  /** A value with a ref and a handle inside. */
  record Package(ObjectRef<double[]> inside, ActorHandle<Values.Maker> maker, String text)
      implements Serializable {}

  /** What a task put on its node. */
  record Putting(ObjectRef<double[]> large, ObjectRef<String> small, ObjectRef<Package> full)
      implements Serializable {}

  static Putting putTwice(double with, ActorHandle<Values.Maker> maker) {
    var twice = PutOptions.copies(2);
    var inside = Mobula.put(Values.filled(with + 1), twice);
    return new Putting(
        Mobula.put(Values.filled(with), twice),
        Mobula.put("small " + new StringBuilder().append(with), twice),
        Mobula.put(new Package(inside, maker, "full"), twice));
  }

  @Test
  void theyOutliveEachNodeThatHasOneAndGoWithTheLastRef() throws Exception {
    try (var cluster = Soon.cluster(3).start()) {
      var runtime = cluster.runtime();
      var maker = runtime
          .actor(Values.Maker::new)
          .cpus(0)
          .placement(Placement.on(cluster.nodes().get(2).id()))
          .remote();
      var put = runtime
          .task(ReplicasIT::putTwice, 7.0, maker)
          .placement(Placement.on(cluster.nodes().getFirst().id()))
          .remote()
          .get(Soon.LIMIT);
      awaitLargeValues(cluster, 4);

      cluster.kill(0);
      assertThat(put.large().get(Soon.LIMIT)).hasSize(Values.COUNT).containsOnly(7.0);
      assertThat(put.small().get(Soon.LIMIT)).isEqualTo("small 7.0");
      assertThat(runtime.task(Values::sum, put.large()).remote().get(Soon.LIMIT))
          .isEqualTo(7.0 * Values.COUNT);
      awaitLargeValues(cluster, 4); // on the two that are left

      cluster.kill(1);
      assertThat(put.large().get(Soon.LIMIT)).containsOnly(7.0);
      assertThat(put.small().get(Soon.LIMIT)).isEqualTo("small 7.0");
      var full = put.full().get(Soon.LIMIT);
      assertThat(full.inside().get(Soon.LIMIT)).containsOnly(8.0);
      assertThat(full.maker().call(Values.Maker::filled, 3.0).remote().get(Soon.LIMIT))
          .containsOnly(3.0);

      List.of(put.large(), put.small(), put.full(), full.inside()).forEach(ObjectRef::close);
      put = null;
      full = null;
      awaitLargeValues(cluster, 0);
    }
  }

  @Test
  void tooFewNodesAreSaidInTimeAndLeaveNothingBehind() throws Exception {
    try (var cluster = Soon.cluster(1).start()) {
      var runtime = cluster.runtime();
      assertThatThrownBy(() ->
              runtime.put(Values.filled(1), PutOptions.copies(3).within(Duration.ofMillis(700))))
          .isInstanceOf(TooFewCopiesException.class)
          .hasMessageContainingAll("3 nodes", "on 2", "PT0.7S");
      awaitLargeValues(cluster, 0);
      try (var both = runtime.put(Values.filled(2), PutOptions.copies(2))) {
        awaitLargeValues(cluster, 2); // on the node and in the driver
        cluster.kill(0);
        assertThat(both.get(Soon.LIMIT)).containsOnly(2.0);
      }
    }
  }

  /** Waits until there are so many values of {@link Values#COUNT} in all stores together. */
  private static void awaitLargeValues(LocalCluster cluster, int count) throws Exception {
    Soon.holds(
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
                ? runtime.storeUsage().usedBytes() // a driver's is not told by the view
                : node.store().usedBytes()));
  }
}
