package io.mobula.internal.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.NodeId;
import io.mobula.internal.cluster.Peer;
import io.mobula.placement.Placement;
import io.mobula.placement.Resources;
import io.mobula.spi.ClusterView;
import io.mobula.spi.DeviceView;
import io.mobula.spi.NodeView;
import io.mobula.spi.PlacementPolicy.PlacementRequest;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Tests of requests that no node that is up can hold, while static workers are not up. */
class AbsentWorkersTest {
  private static final Peer NODE = new Peer(
      new NodeId(1),
      "127.0.0.1:1",
      "n",
      "here",
      1,
      Peer.Role.NODE,
      Map.of("zone", "a"),
      new Peer.StoreLocation("/dev/shm/x", 1, 2, Peer.StoreLocation.DEFAULT_GROUP));
  private static final ClusterView UP = new ClusterView(List.of(
      new NodeView(NODE.id(), "n", NODE.labels(), Resources.none(), Resources.none(), 0, 0, true)));

  private static AbsentWorker worker(int number, boolean givenUp) {
    var device = new DeviceView(number, "GPU-" + number, "NVIDIA H200", 1L << 37, 10_000, 0, "");
    return new AbsentWorker(
        number, Resources.none().cpus(2).gpus(1).asUnits(), List.of(device), givenUp);
  }

  private static PlacementDecision choose(
      Resources wanted, Placement placement, AbsentWorker... absent) {
    var placementRequest = new PlacementRequest(wanted, placement, NODE.id(), Map.of());
    return AbsentWorkers.of(Stream.of(new AbsentWorkers.NodeWorkers(NODE, List.of(absent))))
        .choose(new HybridPolicy(), placementRequest, UP, new Random(1), "no node has as much");
  }

  @Test
  void whatAStartingWorkerWillHoldIsAwaited() {
    var decision = choose(Resources.none().cpus(2), Placement.anywhere(), worker(0, false));
    assertThat(decision)
        .isEqualTo(
            new PlacementDecision.Await("no node has as much; worker 0 of n is being started"));
    assertThat(choose(Resources.none().cpus(1), Placement.labels("zone=a"), worker(0, false)))
        .isInstanceOf(PlacementDecision.Await.class);
    assertThat(choose(Resources.none().gpus(1), Placement.spread(), worker(0, false)))
        .isInstanceOf(PlacementDecision.Await.class);
  }

  @Test
  void whatItWillNotHoldIsNot() {
    var starting = worker(0, false);
    for (var decision : List.of(
        choose(Resources.none().cpus(3), Placement.anywhere(), starting),
        choose(Resources.none().gpus(2), Placement.anywhere(), starting, worker(1, false)),
        choose(Resources.none().cpus(1), Placement.labels("zone=b"), starting),
        choose(Resources.none().cpus(1), Placement.on(new NodeId(7)), starting))) {
      assertThat(decision).isEqualTo(new PlacementDecision.Later(null, "no node has as much"));
    }
  }

  @Test
  void workersThatWereGivenUpAreNamedAndNotAwaited() {
    var decision = choose(Resources.none().cpus(2), Placement.anywhere(), worker(3, true));
    assertThat(decision).isInstanceOfSatisfying(PlacementDecision.Later.class, later -> {
      assertThat(later.queueAt()).isNull();
      assertThat(later.why())
          .startsWith("no node has as much; worker 3 of n with ")
          .contains("CPU", "will not be started again");
    });
  }

  @Test
  void notMoreThanAFewAreNamed() {
    var many =
        IntStream.range(0, 1_000).mapToObj(i -> worker(i, true)).toArray(AbsentWorker[]::new);
    var decision = choose(Resources.none().cpus(2), Placement.anywhere(), many);
    assertThat(((PlacementDecision.Later) decision).why())
        .contains("worker 2 of n and 997 more workers")
        .hasSizeLessThan(400);
  }
}
