package io.mobula.internal.placement;

import io.mobula.internal.cluster.Peer;
import io.mobula.spi.ClusterView;
import io.mobula.spi.NodeView;
import io.mobula.spi.PlacementPolicy;
import io.mobula.spi.PlacementPolicy.Choice;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * All nodes' standing workers that are not up: those that are being started, which are capacity to
 * come, and those that have been given up. Immutable.
 *
 * @param starting those that are being started, as they will be
 * @param givenUp those that are not started again, as they were
 */
public record AbsentWorkers(List<NodeView> starting, List<NodeView> givenUp) {
  static final AbsentWorkers NONE = new AbsentWorkers(List.of(), List.of());

  private static final int MOST_NAMED = 3;

  /** Copies the lists. */
  public AbsentWorkers {
    starting = List.copyOf(starting);
    givenUp = List.copyOf(givenUp);
  }

  /** The absent workers of one node. */
  record NodeWorkers(Peer node, List<AbsentWorker> workers) {}

  static AbsentWorkers of(Stream<NodeWorkers> nodes) {
    var starting = new ArrayList<NodeView>();
    var givenUp = new ArrayList<NodeView>();
    nodes.forEach(each -> each.workers()
        .forEach(
            worker -> (worker.givenUp() ? givenUp : starting).add(worker.startedBy(each.node()))));
    return starting.isEmpty() && givenUp.isEmpty() ? NONE : new AbsentWorkers(starting, givenUp);
  }

  /**
   * Decides on a request that no node that is up can ever hold. It waits without a limit while a
   * worker that could hold it is being started, since that ends: the worker comes up or is given
   * up.
   *
   * @param why what the policy has said of the nodes that are up
   */
  public ClusterLeaseSource.PlacementDecision choose(
      PlacementPolicy policy,
      PlacementPolicy.PlacementRequest placementRequest,
      ClusterView up,
      RandomGenerator random,
      String why) {
    boolean comes = !starting.isEmpty()
        && !(policy.choose(placementRequest, with(up), random) instanceof Choice.Infeasible);
    return comes
        ? new ClusterLeaseSource.PlacementDecision.Await(why + "; " + startingInWords())
        : new ClusterLeaseSource.PlacementDecision.Later(null, why + givenUpInWords());
  }

  private ClusterView with(ClusterView up) {
    return new ClusterView(Stream.concat(up.nodes().stream(), starting.stream()).toList());
  }

  /** Which workers are being started, for people. */
  public String startingInWords() {
    return named(starting) + (starting.size() == 1 ? " is" : " are") + " being started";
  }

  /**
   * Which workers are not started again, to be put behind the reason of a refusal; empty if there
   * are none.
   */
  public String givenUpInWords() {
    return givenUp.isEmpty()
        ? ""
        : "; " + named(givenUp) + " with " + givenUp.getFirst().total()
            + (givenUp.size() == 1 ? " has" : " each have")
            + " ended too often and will not be started again (the log of the node says how; mobula.workers.restarts)";
  }

  private static String named(List<NodeView> workers) {
    var names = workers.stream().limit(MOST_NAMED).map(NodeView::name).toList();
    int more = workers.size() - names.size();
    return String.join(", ", names) + (more > 0 ? " and " + more + " more workers" : "");
  }
}
