package io.mobula.jmh.placement;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import io.mobula.NodeId;
import io.mobula.internal.placement.HybridPolicy;
import io.mobula.jmh.measure.MachineDescription;
import io.mobula.jmh.measure.QuantityFormat;
import io.mobula.placement.Placement;
import io.mobula.placement.Resources;
import io.mobula.spi.ClusterView;
import io.mobula.spi.NodeView;
import io.mobula.spi.PlacementPolicy.Choice;
import io.mobula.spi.PlacementPolicy.PlacementRequest;
import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * Simulation of placement in a cluster, in simulated time. Nodes have different sizes, and tasks of
 * different shapes arrive as a stream. The policy places them by views of a given age, and ledgers
 * never grant more than they have. A task that does not fit is redirected, twice at most, and then
 * waits.
 *
 * <p>The simulation is deterministic for a seed and uses no threads or sockets.
 */
public final class PlacementSimulation {
  private static final double[] STALENESS = {0.005, 0.05, 0.5, 2};
  private static final int MAX_REDIRECTS = 2;
  private static final double LOAD = 0.8;
  private static final double MEAN_SECONDS = 1;
  // maximum of one node: views are published at most every 50 ms
  private static final int PUBLISHED_A_SECOND = 20;
  private static final double SECOND_NANOS = 1e9;

  private static final Resources[] SHAPES = {
    Resources.none().cpus(1),
    Resources.none().cpus(2),
    Resources.none().cpus(4).memory(4L << 30),
    Resources.none().cpus(1).gpus(1)
  };
  private static final double[] SHARES = {0.7, 0.15, 0.1, 0.05};

  private final Request request;

  /**
   * Size of the simulation.
   *
   * @param nodes number of nodes
   * @param tasks number of tasks that arrive
   */
  public record Request(int nodes, int tasks, long seed) {
    /** Refuses a simulation without nodes or tasks. */
    public Request {
      if (nodes < 1 || tasks < 1) {
        throw new IllegalArgumentException(
            "Wanted " + nodes + " nodes and " + tasks + " tasks: at least one of each");
      }
    }
  }

  /** Running task and the time of its end. */
  private record RunningTask(double end, ModelNode node, int shape) {}

  private record WaitingTask(int shape, double since) {}

  /** Simulated node: its ledger, and the last view of it that others have. */
  private static final class ModelNode {
    final NodeId id;
    final Resources total;
    final Deque<WaitingTask> queue = new ArrayDeque<>();
    Resources free;
    NodeView seen;
    boolean changed;

    ModelNode(long id, Resources total) {
      this.id = new NodeId(id);
      this.total = total;
      this.free = total;
      this.seen = view();
    }

    NodeView view() {
      return new NodeView(id, "n" + id.incarnation(), Map.of(), total, free, queue.size(), 0, true);
    }

    boolean fits(Resources wanted) {
      for (var each : wanted.asUnits().entrySet()) {
        if (free.units(each.getKey()) < each.getValue()) {
          return false;
        }
      }
      return true;
    }

    void take(Resources wanted, int sign) {
      for (var each : wanted.asUnits().entrySet()) {
        free = free.withUnits(each.getKey(), free.units(each.getKey()) + sign * each.getValue());
      }
      changed = true;
    }

    double fullness() {
      return 1 - (double) free.units(Resources.CPU) / total.units(Resources.CPU);
    }
  }

  /** Counters of one simulation run. */
  private static final class SimulationResult {
    long decisions;
    long decidingNanos;
    long redirects;
    long queued;
    double waitedSeconds;
    double longestWait;
    final List<double[]> fullness = new ArrayList<>();
    long published;
    double seconds;
  }

  /** Creates a simulation of the given size. */
  public PlacementSimulation(Request request) {
    this.request = request;
  }

  /** Runs the simulation once for each age of the views, and prints a line for each. */
  public void run(PrintStream out) {
    out.printf(
        Locale.ROOT,
        "%d nodes (8 to 64 CPUs, one in ten with 4 GPUs), %d tasks of 4 shapes, %.0f %% of the CPUs wanted, seed %d%n%n",
        request.nodes(),
        request.tasks(),
        LOAD * 100,
        request.seed());
    out.println("| views as old as | decisions | sent on | waited | mean wait | longest |"
        + " fullness of nodes, mean | deviation | empty nodes | views a node publishes |");
    out.println("|---|---|---|---|---|---|---|---|---|---|");
    for (double staleness : STALENESS) {
      out.print(line(staleness, simulate(staleness)));
      out.flush();
    }
    int bytes = viewBytes(nodes(new SplittableRandom(request.seed())).getFirst());
    double rate = (double) PUBLISHED_A_SECOND * bytes * (request.nodes() - 1);
    out.printf(
        Locale.ROOT,
        "%nA view has %d bytes as CBOR; one that changes all the time is published %d times a second, to %d peers:"
            + " %.1f MB/s out of each node and as much into it.%n%s%n",
        bytes,
        PUBLISHED_A_SECOND,
        request.nodes() - 1,
        rate / 1e6,
        MachineDescription.here().describe());
  }

  /** Returns the encoded size of a node's view, in the shape and encoding of the real message. */
  private static int viewBytes(ModelNode node) {
    var state = Map.of(
        "total", node.total.asUnits(),
        "available", node.free.asUnits(),
        "queued", 3,
        "store",
            Map.of(
                "capacityBytes",
                8L << 30,
                "usedBytes",
                1L << 30,
                "spilledBytes",
                0L,
                "spilledObjects",
                0L),
        "accepting", true);
    var said = Map.of(
        "node",
        Map.of("incarnation", node.id.incarnation() << 40),
        "version",
        12_345L,
        "state",
        state,
        "yours",
        false);
    try {
      return new CBORMapper().writeValueAsBytes(said).length;
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private String line(double staleness, SimulationResult result) {
    double mean =
        result.fullness.stream().mapToDouble(each -> each[0]).average().orElse(0);
    double deviation =
        result.fullness.stream().mapToDouble(each -> each[1]).average().orElse(0);
    double empty =
        result.fullness.stream().mapToDouble(each -> each[2]).average().orElse(0);
    return String.format(
        Locale.ROOT,
        "| %.0f ms | %s, %s each | %.2f %% | %.2f %% | %.1f ms | %.0f ms | %.2f | %.2f | %.1f %% | %.1f/s |%n",
        staleness * 1e3,
        QuantityFormat.rate(result.decisions * SECOND_NANOS / result.decidingNanos),
        QuantityFormat.time((double) result.decidingNanos / result.decisions),
        100.0 * result.redirects / request.tasks(),
        100.0 * result.queued / request.tasks(),
        1e3 * result.waitedSeconds / request.tasks(),
        1e3 * result.longestWait,
        mean,
        deviation,
        100 * empty,
        result.published / result.seconds / request.nodes());
  }

  private SimulationResult simulate(double staleness) {
    var random = new SplittableRandom(request.seed());
    var nodes = nodes(random);
    double cpus = nodes.stream().mapToLong(n -> n.total.units(Resources.CPU)).sum()
        / (double) Resources.UNITS_PER_ONE;
    double demand = 0;
    for (int i = 0; i < SHAPES.length; i++) {
      demand += SHARES[i] * SHAPES[i].units(Resources.CPU) / Resources.UNITS_PER_ONE;
    }
    double gap = demand * MEAN_SECONDS / (cpus * LOAD);
    var result = new SimulationResult();
    var runningTask = new PriorityQueue<RunningTask>((a, b) -> Double.compare(a.end(), b.end()));
    var policy = new HybridPolicy();
    var view = new ClusterView(nodes.stream().map(n -> n.seen).toList());
    double now = 0;
    double nextView = 0;
    double nextSample = MEAN_SECONDS;
    for (int task = 0; task < request.tasks(); task++) {
      now += -Math.log(1 - random.nextDouble()) * gap;
      end(runningTask, now, random, result);
      if (now >= nextView) {
        result.published += publish(nodes);
        view = new ClusterView(nodes.stream().map(n -> n.seen).toList());
        nextView = now + staleness;
      }
      if (now >= nextSample) {
        result.fullness.add(sample(nodes));
        nextSample = now + MEAN_SECONDS / 4;
      }
      place(new ArrivingTask(shape(random), now), nodes, policy, view, runningTask, random, result);
    }
    result.seconds = now;
    return result;
  }

  private List<ModelNode> nodes(SplittableRandom random) {
    var nodes = new ArrayList<ModelNode>();
    for (int i = 0; i < request.nodes(); i++) {
      int cpus = 8 << random.nextInt(4);
      var total = Resources.none().cpus(cpus).memory((4L << 30) * cpus);
      nodes.add(new ModelNode(i + 1, random.nextInt(10) == 0 ? total.gpus(4) : total));
    }
    return nodes;
  }

  private static int shape(SplittableRandom random) {
    double at = random.nextDouble();
    int shape = 0;
    while (shape < SHARES.length - 1 && at >= SHARES[shape]) {
      at -= SHARES[shape++];
    }
    return shape;
  }

  private static long publish(List<ModelNode> nodes) {
    long published = 0;
    for (var node : nodes) {
      if (node.changed) {
        node.seen = node.view();
        node.changed = false;
        published++;
      }
    }
    return published;
  }

  private static double[] sample(List<ModelNode> nodes) {
    double sum = 0;
    double squares = 0;
    int empty = 0;
    for (var node : nodes) {
      double fullness = node.fullness();
      sum += fullness;
      squares += fullness * fullness;
      empty += fullness == 0 ? 1 : 0;
    }
    double mean = sum / nodes.size();
    return new double[] {
      mean,
      Math.sqrt(Math.max(0, squares / nodes.size() - mean * mean)),
      (double) empty / nodes.size()
    };
  }

  private record ArrivingTask(int shape, double at) {}

  private static void place(
      ArrivingTask task,
      List<ModelNode> nodes,
      HybridPolicy policy,
      ClusterView view,
      PriorityQueue<RunningTask> runningTask,
      SplittableRandom random,
      SimulationResult result) {
    var wanted = SHAPES[task.shape()];
    var asker = nodes.get(random.nextInt(nodes.size()));
    for (int asked = 0; ; asked++) {
      var placementRequest = new PlacementRequest(wanted, Placement.anywhere(), asker.id, Map.of());
      long start = System.nanoTime();
      var choice = policy.choose(placementRequest, view, random);
      result.decidingNanos += System.nanoTime() - start;
      result.decisions++;
      var node = nodes.get((int) id(choice).incarnation() - 1);
      if (node.fits(wanted)) {
        run(task.shape(), node, task.at(), runningTask, random);
        return;
      }
      if (asked == MAX_REDIRECTS || choice instanceof Choice.QueueAt) {
        node.queue.addLast(new WaitingTask(task.shape(), task.at()));
        node.changed = true;
        result.queued++;
        return;
      }
      result.redirects++;
      asker = node; // the ledger that cannot grant the request chooses the next node
    }
  }

  private static NodeId id(Choice choice) {
    return switch (choice) {
      case Choice.LeaseAt(var node) -> node;
      case Choice.QueueAt(var where, var why) -> where;
      case Choice.Infeasible(var why) -> throw new IllegalStateException(why);
    };
  }

  private static void run(
      int shape,
      ModelNode node,
      double now,
      PriorityQueue<RunningTask> runningTask,
      SplittableRandom random) {
    node.take(SHAPES[shape], -1);
    runningTask.add(
        new RunningTask(now - Math.log(1 - random.nextDouble()) * MEAN_SECONDS, node, shape));
  }

  private static void end(
      PriorityQueue<RunningTask> runningTask,
      double now,
      SplittableRandom random,
      SimulationResult result) {
    while (!runningTask.isEmpty() && runningTask.peek().end() <= now) {
      var ended = runningTask.poll();
      var node = ended.node();
      node.take(SHAPES[ended.shape()], 1);
      while (!node.queue.isEmpty() && node.fits(SHAPES[node.queue.peekFirst().shape()])) {
        var next = node.queue.removeFirst();
        double waited = ended.end() - next.since();
        result.waitedSeconds += waited;
        result.longestWait = Math.max(result.longestWait, waited);
        run(next.shape(), node, ended.end(), runningTask, random);
      }
    }
  }
}
