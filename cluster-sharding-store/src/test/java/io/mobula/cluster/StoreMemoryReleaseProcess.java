package io.mobula.cluster;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.ObjectRef;
import io.mobula.info.NodeInfo;
import io.mobula.placement.Placement;
import io.mobula.testkit.ForkedJvm;
import io.mobula.testkit.PollingAssert;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/**
 * Driver in a process of its own in which, as on its nodes, the garbage collector never runs. It
 * uses objects in several ways on both nodes, closes every ref, waits until no process has store
 * memory in use, and prints how often each process has collected.
 */
final class StoreMemoryReleaseProcess {
  /** JVM flags for a collector that never collects, and a heap that the test does not fill. */
  static final String[] FLAGS = {
    "-Xmx2g", "-XX:+UnlockExperimentalVMOptions", "-XX:+UseEpsilonGC", "-XX:TieredStopAtLevel=1"
  };

  /** Less than the size of one of the values. */
  private static final long ABOUT_NOTHING = LargeValueTasks.COUNT * 8L / 2;

  private StoreMemoryReleaseProcess() {}

  static ForkedJvm start(String address) {
    var plan = ForkedJvm.of(StoreMemoryReleaseProcess.class).flags(FLAGS).arguments(address);
    var flags = System.getProperty("mobula.child.flags", "").trim();
    return (flags.isEmpty() ? plan : plan.flags(flags.split("\\s+"))).start();
  }

  /** Ways in which objects are used. */
  enum RefUse {
    /** Objects made on one node, used as an argument on the other, read by the driver. */
    RESULTS {
      @Override
      List<ObjectRef<?>> use(MobulaRuntime runtime, NodeId one, NodeId other) {
        var made = runtime
            .task(LargeValueTasks::filled, 1.0)
            .placement(Placement.on(one))
            .remote();
        var next = runtime
            .task(LargeValueTasks::plusOne, made)
            .placement(Placement.on(other))
            .remote();
        require(made.get()[0] == 1.0 && next.get()[0] == 2.0);
        return List.of(made, next);
      }
    },
    /** Objects put by the driver, used as an argument on both nodes. */
    PUT {
      @Override
      List<ObjectRef<?>> use(MobulaRuntime runtime, NodeId one, NodeId other) {
        var put = runtime.put(LargeValueTasks.filled(3.0));
        var first =
            runtime.task(LargeValueTasks::sum, put).placement(Placement.on(one)).remote();
        var second = runtime
            .task(LargeValueTasks::sum, put)
            .placement(Placement.on(other))
            .remote();
        require(first.get().equals(second.get()));
        return List.of(put, first, second);
      }
    },
    /** Refs inside a value, whose reader closes the refs that it finds. */
    NESTED {
      @Override
      List<ObjectRef<?>> use(MobulaRuntime runtime, NodeId one, NodeId other) {
        var inner = runtime
            .task(LargeValueTasks::filled, 4.0)
            .placement(Placement.on(one))
            .remote();
        var outer = runtime.put(List.of(inner));
        inner.close();
        var sum = runtime
            .task(LargeValueTasks::sumAndClose, outer)
            .placement(Placement.on(other))
            .remote();
        require(sum.get() == 4.0 * LargeValueTasks.COUNT);
        return List.of(outer, sum);
      }
    },
    /** Objects made by an actor on one node, used as an argument of a call on the other. */
    ACTORS {
      @Override
      List<ObjectRef<?>> use(MobulaRuntime runtime, NodeId one, NodeId other) {
        var here = runtime
            .actor(LargeValueTasks.Maker::new)
            .cpus(0)
            .placement(Placement.on(one))
            .remote();
        var there = runtime
            .actor(LargeValueTasks.Maker::new)
            .cpus(0)
            .placement(Placement.on(other))
            .remote();
        var made = here.call(LargeValueTasks.Maker::filled, 5.0).remote();
        var next = there.call(LargeValueTasks.Maker::plusOne, made).remote();
        require(made.get()[0] == 5.0 && next.get()[0] == 6.0);
        here.kill();
        there.kill();
        return List.of(made, next);
      }
    };

    /** Uses objects and returns all refs to close. */
    abstract List<ObjectRef<?>> use(MobulaRuntime runtime, NodeId one, NodeId other);
  }

  private static void require(boolean right) {
    if (!right) {
      throw new AssertionError("A value is not what was put");
    }
  }

  public static void main(String[] arguments) throws Exception {
    try (var runtime = Mobula.connect(arguments[0], ClusterTestSupport.settings())) {
      var nodes = runtime.nodes().stream()
          .filter(node -> node.role() != NodeInfo.Role.DRIVER)
          .toList();
      for (var use : RefUse.values()) {
        var before = collectionsOf(runtime, nodes);
        for (int round = 0; round < 3; round++) {
          use.use(runtime, nodes.get(0).id(), nodes.get(1).id()).forEach(ObjectRef::close);
        }
        PollingAssert.until(
            () -> "no process has store memory in use: " + usedBy(runtime, nodes),
            () -> usedBy(runtime, nodes).stream().allMatch(bytes -> bytes < ABOUT_NOTHING));
        var after = collectionsOf(runtime, nodes);
        System.out.println(use + " freed; collections before " + before + " after " + after);
      }
    }
  }

  private static List<Long> usedBy(MobulaRuntime runtime, List<NodeInfo> nodes) {
    var all = new ArrayList<Long>();
    all.add(runtime.storeUsage().usedBytes());
    nodes.forEach(node -> all.add(ask(runtime
        .task(StoreMemoryReleaseProcess::used)
        .placement(Placement.on(node.id()))
        .cpus(0)
        .remote())));
    return all;
  }

  private static List<Long> collectionsOf(MobulaRuntime runtime, List<NodeInfo> nodes) {
    var all = new ArrayList<Long>();
    all.add(collections());
    nodes.forEach(node -> all.add(ask(runtime
        .task(StoreMemoryReleaseProcess::collections)
        .placement(Placement.on(node.id()))
        .cpus(0)
        .remote())));
    return all;
  }

  private static long ask(ObjectRef<Long> ref) {
    try (ref) {
      return ref.get(ClusterTestSupport.LIMIT);
    }
  }

  static long used() {
    return Mobula.runtime().storeUsage().usedBytes();
  }

  static long collections() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .mapToLong(GarbageCollectorMXBean::getCollectionCount)
        .sum();
  }
}
