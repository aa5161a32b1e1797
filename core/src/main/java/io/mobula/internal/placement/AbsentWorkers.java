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
 * Immutable list of all nodes' static workers that are not up: those being started, which are
 * future capacity, and those that have been given up.
 *
 * @param starting the workers being started, with the resources that they will have
 * @param givenUp the workers that are not restarted, with the resources that they had
 */
public record AbsentWorkers(List<NodeView> starting, List<NodeView> givenUp) {
  static final AbsentWorkers NONE = new AbsentWorkers(List.of(), List.of());

  private static final int MAX_NAMED = 3;

  /** Copies the lists into immutable ones. */
  public AbsentWorkers {
    starting = List.copyOf(starting);
    givenUp = List.copyOf(givenUp);
  }

  /** Absent workers of one node. */
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
   * Decides on a request that no node that is up can ever hold. While a worker that could hold it
   * is being started, the request waits without a limit: the start ends with the worker up or given
   * up.
   *
   * @param why the policy's reason that no node can hold the request
   */
  public PlacementDecision choose(
      PlacementPolicy policy,
      PlacementPolicy.PlacementRequest placementRequest,
      ClusterView up,
      RandomGenerator random,
      String why) {
    boolean comes = !starting.isEmpty()
        && !(policy.choose(placementRequest, with(up), random) instanceof Choice.Infeasible);
    return comes
        ? new PlacementDecision.Await(why + "; " + startingInWords())
        : new PlacementDecision.Later(null, why + givenUpInWords());
  }

  private ClusterView with(ClusterView up) {
    return new ClusterView(Stream.concat(up.nodes().stream(), starting.stream()).toList());
  }

  /** Describes which workers are being started. */
  public String startingInWords() {
    return named(starting) + (starting.size() == 1 ? " is" : " are") + " being started";
  }

  /**
   * Describes which workers are not restarted, as a suffix for the reason of a refusal; empty if
   * there are none.
   */
  public String givenUpInWords() {
    return givenUp.isEmpty()
        ? ""
        : "; " + named(givenUp) + " with " + givenUp.getFirst().total()
            + (givenUp.size() == 1 ? " has" : " each have")
            + " ended too often and will not be started again (the log of the node says how; mobula.workers.restarts)";
  }

  private static String named(List<NodeView> workers) {
    var names = workers.stream().limit(MAX_NAMED).map(NodeView::name).toList();
    int more = workers.size() - names.size();
    return String.join(", ", names) + (more > 0 ? " and " + more + " more workers" : "");
  }
}
