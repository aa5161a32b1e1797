package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ActorHandle;
import io.mobula.LocalCluster;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.ObjectRef;
import io.mobula.ResultForm;
import io.mobula.error.ObjectLostException;
import io.mobula.placement.Placement;
import io.mobula.testkit.PollingAssert;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Fate of objects when the node that has them is killed. */
@Tag("long")
@Timeout(300)
class ObjectLossIT {
  /** Size of a value that takes a while to transfer. */
  private static final int LARGE = 32 << 20;

  @TempDir
  Path folder;

  private static NodeId id(LocalCluster cluster, int node) {
    return cluster.nodes().get(node).id();
  }

  private static ObjectRef<double[]> made(
      MobulaRuntime runtime, double with, TaskJournal journal, NodeId at) {
    return runtime
        .task(LargeValueTasks::noted, with, journal)
        .maxRetries(2)
        .placement(Placement.on(at))
        .remote();
  }

  private static void awaitReady(ObjectRef<?>... refs) throws Exception {
    for (var ref : refs) {
      PollingAssert.until(ref + " is ready", ref::isReady);
    }
  }

  /** The first node, by which the others joined, is the one that dies. */
  @Test
  void resultsAreMadeAgainForTheDriverAndForOtherNodes() throws Exception {
    var journal = TaskJournal.in(folder);
    try (var cluster = ClusterTestSupport.cluster(3).start()) {
      var runtime = cluster.runtime();
      var doomed = id(cluster, 0);
      var one = made(runtime, 1, journal, doomed);
      var two = runtime
          .task(LargeValueTasks::plusOne, one)
          .placement(Placement.on(doomed))
          .remote();
      var three = runtime
          .task(LargeValueTasks::plusOne, two)
          .placement(Placement.on(doomed))
          .remote();
      var wanted = made(runtime, 7, journal, doomed);
      var never = runtime
          .task(LargeValueTasks::filled, 5.0)
          .maxRetries(0)
          .placement(Placement.on(doomed))
          .remote();
      var put = runtime
          .task(LargeValueTasks::put, 9.0)
          .placement(Placement.on(doomed))
          .remote()
          .get();
      awaitReady(one, two, three, wanted, never);
      var keeper = runtime
          .actor(LargeValueTasks.Keeper::new)
          .cpus(0)
          .placement(Placement.on(id(cluster, 1)))
          .remote();
      assertThat(keeper
              .call(LargeValueTasks.Keeper::keep, List.of(two, wanted))
              .remote()
              .get())
          .isEqualTo(2);

      cluster.kill(0);

      assertThat(three.get(ClusterTestSupport.LIMIT))
          .hasSize(LargeValueTasks.COUNT)
          .containsOnly(3.0);
      assertThat(sumAt(keeper)).isEqualTo(LargeValueTasks.COUNT * (2.0 + 7.0));
      var readers = new ArrayList<ObjectRef<Double>>();
      for (int i = 0; i < 12; i++) {
        readers.add(runtime
            .task(LargeValueTasks::sum, i % 2 == 0 ? one : wanted)
            .placement(Placement.spread())
            .remote());
      }
      var sums = runtime.get(readers, ClusterTestSupport.LIMIT);
      for (int i = 0; i < sums.size(); i++) {
        assertThat(sums.get(i)).isEqualTo(LargeValueTasks.COUNT * (i % 2 == 0 ? 1.0 : 7.0));
      }
      assertThat(journal.lines())
          .containsExactlyInAnyOrder("made 1.0", "made 1.0", "made 7.0", "made 7.0");
      assertThatThrownBy(() -> never.get(ClusterTestSupport.LIMIT))
          .isInstanceOf(ObjectLostException.class)
          .hasMessageContaining(never.id().toString());
      assertThatThrownBy(() -> put.get(ClusterTestSupport.LIMIT))
          .isInstanceOf(ObjectLostException.class)
          .hasMessageContaining(put.id().toString());

      cluster.kill(1);
      assertThat(three.get(ClusterTestSupport.LIMIT)).containsOnly(3.0);
      assertThat(two.get(ClusterTestSupport.LIMIT)).containsOnly(2.0);
      assertThat(runtime.task(LargeValueTasks::sum, three).remote().get(ClusterTestSupport.LIMIT))
          .isEqualTo(LargeValueTasks.COUNT * 3.0);
    }
  }

  /** Each element is reconstructed by itself, as each of many results is. */
  @Test
  void elementsOfAStreamAreMadeAgain() throws Exception {
    try (var cluster = ClusterTestSupport.cluster(2).start()) {
      var runtime = cluster.runtime();
      var doomed = Placement.preferring(id(cluster, 0));
      var lasting = new ArrayList<ObjectRef<double[]>>();
      var once = new ArrayList<ObjectRef<double[]>>();
      try (var stream = runtime
          .task(LargeValueTasks::streamed, 3)
          .placement(doomed)
          .maxRetries(2)
          .remote(ResultForm.stream())) {
        stream.forEach(lasting::add);
      }
      try (var stream = runtime
          .task(LargeValueTasks::streamed, 1)
          .placement(doomed)
          .maxRetries(0)
          .remote(ResultForm.stream())) {
        stream.forEach(once::add);
      }
      assertThat(lasting).hasSize(3);

      cluster.kill(0);

      for (int i = 2; i >= 0; i--) {
        assertThat(lasting.get(i).get(ClusterTestSupport.LIMIT))
            .hasSize(LargeValueTasks.COUNT)
            .containsOnly((double) i);
      }
      assertThatThrownBy(() -> once.getFirst().get(ClusterTestSupport.LIMIT))
          .isInstanceOf(ObjectLostException.class);
    }
  }

  /**
   * The task takes longer than the directory waits for a node that was granted a reconstruction.
   */
  @Test
  void aLongTaskIsRunAgainOnce() throws Exception {
    var journal = TaskJournal.in(folder);
    try (var cluster = ClusterTestSupport.cluster(2).start()) {
      var runtime = cluster.runtime();
      var slow = runtime
          .task(LargeValueTasks::slowly, 4.0, 5_000, journal)
          .placement(Placement.on(id(cluster, 0)))
          .remote();
      awaitReady(slow);

      cluster.kill(0);

      var readers = new ArrayList<ObjectRef<Double>>();
      for (int i = 0; i < 3; i++) {
        readers.add(runtime.task(LargeValueTasks::sum, slow).remote());
      }
      assertThat(slow.get(ClusterTestSupport.LIMIT)).containsOnly(4.0);
      assertThat(runtime.get(readers, ClusterTestSupport.LIMIT))
          .containsOnly(LargeValueTasks.COUNT * 4.0);
      assertThat(journal.lines()).containsExactly("made 4.0", "made 4.0");
    }
  }

  /** As if on another host: the reader has a copy of its own, which others find. */
  @Test
  void anotherCopyIsReadWithoutMakingAnything() throws Exception {
    var journal = TaskJournal.in(folder);
    var plan = ClusterTestSupport.cluster(3)
        .settings(ClusterTestSupport.settings().set("mobula.store.share-host", false));
    try (var cluster = plan.start()) {
      var runtime = cluster.runtime();
      var copied = made(runtime, 6, journal, id(cluster, 0));
      ActorHandle<LargeValueTasks.Keeper> keeper = runtime
          .actor(LargeValueTasks.Keeper::new)
          .cpus(0)
          .placement(Placement.on(id(cluster, 1)))
          .remote();
      keeper.call(LargeValueTasks.Keeper::keep, List.of(copied)).remote().get();
      assertThat(sumAt(keeper)).isEqualTo(LargeValueTasks.COUNT * 6.0);

      cluster.kill(0);

      assertThat(runtime
              .task(LargeValueTasks::sum, copied)
              .placement(Placement.on(id(cluster, 2)))
              .remote()
              .get(ClusterTestSupport.LIMIT))
          .isEqualTo(LargeValueTasks.COUNT * 6.0);
      assertThat(copied.get(ClusterTestSupport.LIMIT)).containsOnly(6.0);
      assertThat(journal.lines()).containsExactly("made 6.0");
    }
  }

  /**
   * A pull names all copies, so it continues from the remaining one where the dead node has
   * stopped.
   */
  @Test
  void aPullGoesOnFromAnotherCopyWhenItsSourceIsKilled() throws Exception {
    var journal = TaskJournal.in(folder);
    var plan = ClusterTestSupport.cluster(3)
        .settings(ClusterTestSupport.settings()
            .set("mobula.store.share-host", false)
            .storeCapacity(512 << 20));
    try (var cluster = plan.start()) {
      var runtime = cluster.runtime();
      var large = runtime
          .task(LargeValueTasks::large, 3.0, LARGE, journal)
          .maxRetries(2)
          .placement(Placement.on(id(cluster, 0)))
          .remote();
      var keeper = readerAt(runtime, id(cluster, 1));
      assertThat(keeper
              .call(LargeValueTasks.Reader::keep, List.of(large), journal)
              .remote()
              .get(ClusterTestSupport.LIMIT))
          .isEqualTo(6.0);
      var reader = readerAt(runtime, id(cluster, 2));
      var read =
          reader.call(LargeValueTasks.Reader::read, List.of(large), journal).remote();
      journal.await("reads", 2);

      cluster.kill(0);

      assertThat(read.get(ClusterTestSupport.LIMIT)).isEqualTo(6.0);
      assertThat(journal.count("made 3.0")).isEqualTo(1);
    }
  }

  private static ActorHandle<LargeValueTasks.Reader> readerAt(MobulaRuntime runtime, NodeId node) {
    return runtime
        .actor(LargeValueTasks.Reader::new)
        .cpus(0)
        .placement(Placement.on(node))
        .remote();
  }

  private static double sumAt(ActorHandle<LargeValueTasks.Keeper> keeper) {
    return keeper.call(LargeValueTasks.Keeper::sum).remote().get(ClusterTestSupport.LIMIT);
  }
}
