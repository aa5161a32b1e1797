package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ActorHandle;
import io.mobula.LocalCluster;
import io.mobula.Mobula;
import io.mobula.ObjectRef;
import io.mobula.Settings;
import io.mobula.error.ObjectLostException;
import io.mobula.info.PeerChannelInfo;
import io.mobula.placement.Placement;
import io.mobula.testkit.PollingAssert;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Large arguments and results of calls between processes of one host are lent: the directory is
 * told nothing about them.
 */
@Tag("long")
@Timeout(180)
class CallLoansIT {
  private static final int BYTES = 1_000_000;

  /** More results than fit into the driver's store. */
  private static final int CALLS = 100;

  /** Actor that adds up an array. */
  static final class Adder {
    long sum(byte[] of) {
      return CallLoansIT.sum(of);
    }

    byte[] make(int with) {
      return filled(with);
    }

    byte[] next(byte[] of) {
      return filled(of[0] + 1);
    }

    long used() {
      return Mobula.runtime().storeUsage().usedBytes();
    }
  }

  static long sum(byte[] of) {
    long sum = 0;
    for (byte each : of) {
      sum += each;
    }
    return sum;
  }

  private static byte[] filled(int with) {
    var bytes = new byte[BYTES];
    Arrays.fill(bytes, (byte) with);
    return bytes;
  }

  /** Returns settings under which the directory frees nothing during the test. */
  private static Settings settings() {
    return ClusterTestSupport.settings().set("mobula.directory.grace", "170s");
  }

  @Test
  void theirMemoryComesBackAtOnceThoughTheDirectoryHasNotBegunToFree() throws Exception {
    try (var cluster = ClusterTestSupport.cluster(1).settings(settings()).start()) {
      var runtime = cluster.runtime();
      var at = Placement.on(cluster.nodes().getFirst().id());
      // waits until there is a ring
      var adder = runtime.actor(Adder::new).cpus(0).placement(at).remote();
      PollingAssert.until(
          "frames go through a ring",
          () -> runtime.peerChannels().stream()
              .anyMatch(lane -> lane.kind() == PeerChannelInfo.Kind.SHARED_MEMORY));
      long before = runtime.storeUsage().usedBytes();
      for (int i = 0; i < CALLS; i++) {
        try (var put = runtime.put(filled(i));
            var ofRef = runtime.task(CallLoansIT::sum, put).placement(at).remote();
            var ofValue = adder.call(Adder::sum, filled(i)).remote()) {
          assertThat(ofRef.get(ClusterTestSupport.LIMIT))
              .isEqualTo(ofValue.get(ClusterTestSupport.LIMIT));
        }
      }
      PollingAssert.until(
          () -> "only " + before + " bytes are used, but " + runtime.storeUsage(),
          () -> runtime.storeUsage().usedBytes() <= before);
      assertThat(runtime.storeUsage().spilledBytes()).isZero();
    }
  }

  @Test
  void whatAFullStoreMovesMeanwhileIsStillRead(@TempDir Path disk) throws Exception {
    var small = settings().storeCapacity(CALLS * BYTES / 3).spillTo(disk);
    try (var cluster = ClusterTestSupport.cluster(1).settings(small).start()) {
      var adder = adder(cluster);
      var sums = new ArrayList<ObjectRef<Long>>();
      for (int i = 0; i < CALLS; i++) {
        sums.add(adder.call(Adder::sum, filled(i)).remote());
      }
      for (int i = 0; i < CALLS; i++) {
        assertThat(sums.get(i).get(ClusterTestSupport.LIMIT)).isEqualTo((long) BYTES * (byte) i);
      }
    }
  }

  @Test
  void resultsGiveTheirMemoryBackWhenTheirRefIsClosedOrForgotten() throws Exception {
    try (var cluster = ClusterTestSupport.cluster(1).settings(settings()).start()) {
      var adder = adder(cluster);
      long before = adder.call(Adder::used).remote().get(ClusterTestSupport.LIMIT);
      for (int i = 0; i < CALLS; i++) {
        try (var made = adder.call(Adder::make, i).remote()) {
          assertThat(made.get(ClusterTestSupport.LIMIT)).hasSize(BYTES).contains((byte) i);
        }
      }
      forget(adder);
      PollingAssert.until(() -> "only " + before + " bytes are used there", () -> {
        System.gc();
        return adder.call(Adder::used).remote().get(ClusterTestSupport.LIMIT) <= before;
      });
    }
  }

  /** Each call has the previous call's result as its argument, and nobody closes a ref. */
  @Test
  void aResultDoesNotKeepTheArgumentsOfItsCall() throws Exception {
    try (var cluster = ClusterTestSupport.cluster(1).start()) {
      var adder = adder(cluster);
      long before = adder.call(Adder::used).remote().get(ClusterTestSupport.LIMIT);
      var state = adder.call(Adder::make, 0).remote();
      for (int i = 0; i < CALLS / 3; i++) {
        state = adder.call(Adder::next, state).remote();
      }
      assertThat(state.get(ClusterTestSupport.LIMIT)).contains((byte) (CALLS / 3));
      PollingAssert.until(() -> "only " + before + " bytes and two states are used there", () -> {
        System.gc();
        return adder.call(Adder::used).remote().get(ClusterTestSupport.LIMIT) <= before + 2 * BYTES;
      });
      state.close();
    }
  }

  private static void forget(ActorHandle<Adder> adder) {
    for (int i = 0; i < 10; i++) {
      assertThat(adder.call(Adder::make, i).remote().get(ClusterTestSupport.LIMIT))
          .hasSize(BYTES);
    }
  }

  /**
   * On two nodes, a result that is passed on is counted by the directory, which frees it after its
   * grace period.
   */
  @Test
  void aResultThatIsPassedOnIsCountedFromThenOn() throws Exception {
    try (var cluster = ClusterTestSupport.cluster(2).start()) {
      var runtime = cluster.runtime();
      var adder = adder(cluster);
      long before = adder.call(Adder::used).remote().get(ClusterTestSupport.LIMIT);
      var there = Placement.on(cluster.nodes().get(1).id());
      var keeper = runtime.actor(Refs::new).cpus(0).placement(there).remote();
      try (var made = adder.call(Adder::make, 3).remote()) {
        keeper.call(Refs::keep, List.of(made)).remote().get(ClusterTestSupport.LIMIT);
      }
      assertThat(keeper.call(Refs::sum).remote().get(ClusterTestSupport.LIMIT))
          .isEqualTo(3L * BYTES);
      assertThat(adder.call(Adder::used).remote().get(ClusterTestSupport.LIMIT))
          .isGreaterThan(before);
      keeper.call(Refs::drop).remote().get(ClusterTestSupport.LIMIT);
      PollingAssert.until(
          "it is freed where it was made",
          () -> adder.call(Adder::used).remote().get(ClusterTestSupport.LIMIT) <= before);
    }
  }

  /** Actor that keeps refs. */
  static final class Refs {
    private List<ObjectRef<byte[]>> kept = List.of();

    int keep(List<ObjectRef<byte[]>> refs) {
      kept = refs;
      return refs.size();
    }

    long sum() {
      return kept.stream()
          .mapToLong(ref -> CallLoansIT.sum(ref.get(ClusterTestSupport.LIMIT)))
          .sum();
    }

    int drop() {
      kept.forEach(ObjectRef::close);
      kept = List.of();
      return 0;
    }
  }

  @Test
  void aResultIsLostWithTheNodeThatIsKilled() throws Exception {
    try (var cluster = ClusterTestSupport.cluster(3).start()) {
      var killed = adder(cluster);
      var lost = killed.call(Adder::make, 5).remote();
      PollingAssert.until("it is made", lost::isReady);
      var runtime = cluster.runtime();
      var dead = cluster.nodes().getFirst().id();
      cluster.kill(0);
      PollingAssert.until(
          "it is known to be dead",
          () -> runtime.nodes().stream().noneMatch(node -> node.id().equals(dead)));
      assertThatThrownBy(() -> lost.get(ClusterTestSupport.LIMIT))
          .isInstanceOf(ObjectLostException.class)
          .hasMessageContaining("call the actor once more");
    }
  }

  @Test
  void aResultOutlivesTheNodeThatLeaves() throws Exception {
    try (var cluster = ClusterTestSupport.cluster(2).start()) {
      var adder = adder(cluster);
      var kept = adder.call(Adder::make, 5).remote();
      PollingAssert.until("it is made", kept::isReady);
      var runtime = cluster.runtime();
      var leaving = cluster.nodes().getFirst().id();
      runtime.dismiss(leaving);
      PollingAssert.until(
          "it has left",
          () -> runtime.nodes().stream().noneMatch(node -> node.id().equals(leaving)));
      assertThat(kept.get(ClusterTestSupport.LIMIT)).hasSize(BYTES).containsOnly((byte) 5);
    }
  }

  /** Returns an actor on the first node, once frames to that node go through a ring. */
  private static ActorHandle<Adder> adder(LocalCluster cluster) throws Exception {
    var at = Placement.on(cluster.nodes().getFirst().id());
    var adder = cluster.runtime().actor(Adder::new).cpus(0).placement(at).remote();
    adder.call(Adder::make, 1).remote().get(ClusterTestSupport.LIMIT);
    awaitRing(cluster);
    return adder;
  }

  private static void awaitRing(LocalCluster cluster) throws Exception {
    var to = cluster.nodes().getFirst().id();
    PollingAssert.until(
        "frames go through a ring",
        () -> cluster.runtime().peerChannels().stream()
            .anyMatch(
                lane -> lane.to().equals(to) && lane.kind() == PeerChannelInfo.Kind.SHARED_MEMORY));
  }
}
