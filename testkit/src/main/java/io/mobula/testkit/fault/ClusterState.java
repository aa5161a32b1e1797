package io.mobula.testkit.fault;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.error.MobulaException;
import io.mobula.info.NodeInfo;
import io.mobula.placement.Placement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * State of a cluster that should be idle, as a driver sees it: free resources, objects, waiting
 * work, threads and names of actors, placement groups.
 *
 * @param facts values by name
 */
record ClusterState(Map<String, String> facts) {
  private static final Duration ANSWERED = Duration.ofSeconds(20);
  private static final String KEPT = "There are: ";

  ClusterState {
    facts = Map.copyOf(facts);
  }

  static ClusterState of(MobulaRuntime runtime) {
    var facts = new TreeMap<String, String>();
    for (var node : runtime.nodes()) {
      facts.put(node.name() + " state", node.state().toString());
      facts.put(node.name() + " resources", free(node));
      facts.put(node.name() + " objects", objects(node.store()));
      if (node.role() != NodeInfo.Role.DRIVER && node.state() == NodeInfo.State.ALIVE) {
        facts.put(node.name() + " threads and names", factsOf(runtime, node));
      }
    }
    facts.put("names", keptNames(runtime));
    facts.put("waiting", runtime.waiting().toString());
    facts.put("groups", groups(runtime));
    return new ClusterState(facts);
  }

  private static String free(NodeInfo node) {
    return node.total().equals(node.available())
        ? "all of " + node.total() + " free"
        : node.available() + " of " + node.total() + " free";
  }

  private static String objects(MobulaRuntime.StoreUsage store) {
    return store.objects() + " with " + store.usedBytes() + " bytes, on disk "
        + store.spilledObjects() + " with " + store.spilledBytes();
  }

  private static String groups(MobulaRuntime runtime) {
    try {
      return runtime.placementGroups().toString();
    } catch (MobulaException e) {
      return e.toString();
    }
  }

  /**
   * Returns how many threads run tasks on a node, besides the one that counts, and the names of
   * actors that the node keeps.
   */
  private static String factsOf(MobulaRuntime runtime, NodeInfo node) {
    try (var found = runtime
        .task(ClusterState::factsHere)
        .cpus(0)
        .placement(Placement.on(node.id()))
        .remote()) {
      return found.get(ANSWERED);
    } catch (MobulaException e) {
      return e.toString();
    }
  }

  static String factsHere() {
    return busyTaskThreads() + " of tasks, names " + keptNames(Mobula.context().runtime());
  }

  /** Returns the names that a process keeps, which the lookup of an unknown name tells. */
  private static String keptNames(MobulaRuntime runtime) {
    try {
      return runtime.actorNamed("mobula.testkit.nobody", Object.class).toString();
    } catch (MobulaException e) {
      var message = String.valueOf(e.getMessage());
      return message.substring(Math.max(0, message.lastIndexOf(KEPT)));
    }
  }

  static int busyTaskThreads() {
    return (int) Thread.getAllStackTraces().entrySet().stream()
        .filter(entry -> entry.getKey().getName().startsWith("mobula-task-"))
        .filter(entry -> entry.getKey() != Thread.currentThread())
        .filter(entry -> !isIdle(entry.getValue()))
        .count();
  }

  /**
   * Returns whether a thread of a pool waits for its next work; such a thread ends by itself after
   * some time.
   */
  private static boolean isIdle(StackTraceElement[] stack) {
    return stack.length == 0
        || Arrays.stream(stack).anyMatch(frame -> frame.getMethodName().equals("getTask"));
  }

  /** Returns a violation for each fact that changed, is missing or is new. */
  List<Violation> differencesFrom(ClusterState start) {
    var found = new ArrayList<Violation>();
    var names = new TreeSet<>(facts.keySet());
    names.addAll(start.facts.keySet());
    for (var name : names) {
      var was = start.facts.getOrDefault(name, "not there");
      var is = facts.getOrDefault(name, "not there");
      if (!is.equals(was)) {
        found.add(new Violation(
            Violation.Rule.NOT_RESTORED, name, "was " + was + ", and at rest it is " + is));
      }
    }
    return List.copyOf(found);
  }

  /** Runs the garbage collector in every process, which frees unreachable refs and handles. */
  static void collectGarbage(MobulaRuntime runtime) {
    System.gc();
    for (var node : runtime.nodes()) {
      if (node.role() == NodeInfo.Role.DRIVER || node.state() != NodeInfo.State.ALIVE) {
        continue;
      }
      try (var done = runtime
          .task(ClusterState::collect)
          .cpus(0)
          .placement(Placement.on(node.id()))
          .remote()) {
        done.get(ANSWERED);
      } catch (MobulaException e) { // the wait for an idle cluster reports it
        System.getLogger(ClusterState.class.getName())
            .log(System.Logger.Level.DEBUG, "{0} has not collected: {1}", node.name(), e);
      }
    }
  }

  static int collect() {
    System.gc();
    return 1;
  }
}
