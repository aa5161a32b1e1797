package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.LocalCluster;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.error.MobulaException;
import io.mobula.info.NodeInfo;
import io.mobula.placement.Placement;
import io.mobula.testkit.PollingAssert;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Store memory of all nodes is returned when nobody holds its content. */
@Tag("long")
@Timeout(180)
class ReferenceCountingIT {
  /** Less than the size of one of the values. */
  private static final long ABOUT_NOTHING = LargeValueTasks.COUNT * 8L / 2;

  @Test
  void memoryComesBackWhenNobodyHoldsAnything() throws Exception {
    try (var cluster = ClusterTestSupport.cluster(3).start()) {
      useAndClose(cluster);
      awaitEmpty(cluster, "after close");
      useAndForget(cluster);
      awaitEmpty(cluster, "after the collector found them");
      nest(cluster);
      awaitEmpty(cluster, "after nested refs");
      useWhileOneDies(cluster);
      awaitEmpty(cluster, "after a node has died");
    }
  }

  private static void useAndClose(LocalCluster cluster) {
    for (var ref : use(cluster)) {
      ref.close();
    }
  }

  private static void useAndForget(LocalCluster cluster) {
    assertThat(use(cluster)).hasSize(8);
  }

  /** Makes values on all nodes, read on other nodes and by the driver. */
  private static List<ObjectRef<?>> use(LocalCluster cluster) {
    var runtime = cluster.runtime();
    var refs = new ArrayList<ObjectRef<?>>();
    for (int i = 0; i < 4; i++) {
      var made = runtime
          .task(LargeValueTasks::filled, 1.0 * i)
          .placement(Placement.spread())
          .remote();
      var next = runtime
          .task(LargeValueTasks::plusOne, made)
          .placement(Placement.spread())
          .remote();
      refs.add(made);
      refs.add(next);
    }
    for (var ref : refs) {
      assertThat((double[]) ref.get()).hasSize(LargeValueTasks.COUNT);
    }
    return refs;
  }

  private static void nest(LocalCluster cluster) {
    var runtime = cluster.runtime();
    var inner = runtime.task(LargeValueTasks::both, 1.0, 2.0).remote();
    var keeper = runtime
        .actor(LargeValueTasks.Keeper::new)
        .cpus(0)
        .placement(Placement.spread())
        .remote();
    keeper.call(LargeValueTasks.Keeper::keep, inner).remote().get();
    inner.close();
    System.gc();
    assertThat(keeper.call(LargeValueTasks.Keeper::sum).remote().get())
        .isEqualTo(LargeValueTasks.COUNT * 3.0);
    assertThat(used(runtime)).isNotEmpty();
    keeper.call(LargeValueTasks.Keeper::drop).remote().get();
  }

  /** Node 2 has some of the values, holds some of them, and is reading. */
  private static void useWhileOneDies(LocalCluster cluster) {
    var runtime = cluster.runtime();
    var doomed = cluster.nodes().get(2).id();
    var keeper = runtime
        .actor(LargeValueTasks.Keeper::new)
        .cpus(0)
        .placement(Placement.on(doomed))
        .remote();
    var here = runtime
        .task(LargeValueTasks::both, 3.0, 4.0)
        .placement(Placement.spread())
        .remote();
    keeper.call(LargeValueTasks.Keeper::keep, here).remote().get();
    var refs = use(cluster);
    cluster.kill(2);
    for (var ref : refs) {
      assertThat((double[]) ref.get(ClusterTestSupport.LIMIT)).hasSize(LargeValueTasks.COUNT);
    }
    assertThatThrownBy(
            () -> keeper.call(LargeValueTasks.Keeper::sum).remote().get(ClusterTestSupport.LIMIT))
        .isInstanceOf(MobulaException.class);
  }

  private static void awaitEmpty(LocalCluster cluster, String when) throws Exception {
    var runtime = cluster.runtime();
    PollingAssert.until(
        () -> "no node uses store memory " + when + ", but " + used(runtime),
        () -> used(runtime).isEmpty());
  }

  /** Returns the nodes with used memory, and how much, each after a garbage collection. */
  private static List<String> used(MobulaRuntime runtime) {
    System.gc();
    return runtime.nodes().stream()
        .map(node -> node.name() + " (" + node.role() + ") "
            + (node.role() == NodeInfo.Role.DRIVER
                ? runtime.storeUsage().usedBytes()
                : runtime
                    .task(LargeValueTasks::storeBytes)
                    .cpus(0)
                    .placement(Placement.on(node.id()))
                    .remote()
                    .get(ClusterTestSupport.LIMIT)))
        .filter(each -> Long.parseLong(each.substring(each.lastIndexOf(' ') + 1)) > ABOUT_NOTHING)
        .collect(Collectors.toList());
  }
}
