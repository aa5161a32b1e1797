package io.mobula.internal.lane;

import io.mobula.NodeId;
import io.mobula.internal.schedule.SimulatedScheduler;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The frames between the processes of a simulated cluster, which come in the order of their way,
 * and the news of who is a member, which each process hears when the schedule says so. For one
 * thread.
 */
public final class SimulatedNetwork {
  private final SimulatedScheduler scheduler;
  private final Map<NodeId, Endpoint> endpoints = new LinkedHashMap<>();

  /** One process. */
  private record Endpoint(SimulatedTransport lanes, FrameRouter router, Set<NodeId> gone) {
    NodeId id() {
      return lanes.self().id();
    }

    /** Frames of a process that it has not met yet come again. */
    boolean knew(NodeId other) {
      return lanes.peer(other) != null || gone.contains(other);
    }
  }

  /** There is nobody yet. */
  public SimulatedNetwork(SimulatedScheduler scheduler) {
    this.scheduler = scheduler;
  }

  /** A process has started, and knows nobody. */
  public void add(SimulatedTransport lanes, FrameRouter router) {
    endpoints.put(lanes.self().id(), new Endpoint(lanes, router, new HashSet<>()));
  }

  /** The first has met the second, unless it has heard already that this one left. */
  public void meet(NodeId one, NodeId other) {
    var endpoint = endpoints.get(one);
    var met = endpoints.get(other);
    if (endpoint != null && met != null && !one.equals(other) && !endpoint.gone.contains(other)) {
      endpoint.lanes.join(met.lanes.self());
    }
  }

  /** The same, some time; a process that is dead by then is not introduced any more. */
  public void meetLater(NodeId one, NodeId other) {
    var thread = "membership of " + one;
    scheduler.inOrder(
        thread, thread, one + " hears that " + other + " has joined", () -> meet(one, other));
  }

  /** Each has met each. */
  public void meetAll() {
    for (var one : List.copyOf(endpoints.keySet())) {
      List.copyOf(endpoints.keySet()).forEach(other -> meet(one, other));
    }
  }

  /** What has been sent is on its way. */
  public void deliver() {
    for (var from : List.copyOf(endpoints.values())) {
      from.lanes.takeSent((to, frame) -> scheduler.inOrder(
          from.id() + ">" + to,
          "lanes of " + to,
          from.id() + " > " + to + ": " + frame[0],
          () -> !endpoints.containsKey(to) || endpoints.get(to).knew(from.id()),
          () -> receive(from.id(), to, frame)));
    }
  }

  private void receive(NodeId from, NodeId to, byte[] frame) {
    var receiver = endpoints.get(to);
    if (receiver != null && receiver.lanes.peer(from) != null) {
      receiver.router.received(from, frame);
    }
  }

  /** A process has died; what it has sent comes, and the others hear of it one after the other. */
  public void kill(NodeId victim) {
    deliver();
    var endpoint = endpoints.remove(victim);
    for (var other : List.copyOf(endpoints.values())) {
      var thread = "membership of " + other.id();
      scheduler.inOrder(thread, thread, other.id() + " hears that " + victim + " left", () -> {
        other.gone.add(victim);
        other.lanes.leave(endpoint.lanes.self(), scheduler::preempt);
      });
    }
  }
}
