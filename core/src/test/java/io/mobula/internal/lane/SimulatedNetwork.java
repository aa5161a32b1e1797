package io.mobula.internal.lane;

import io.mobula.NodeId;
import io.mobula.internal.schedule.SimulatedScheduler;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Network of a simulated cluster: frames between its processes, delivered in the order of each
 * channel, and membership changes, which each process hears of when the schedule says so. For one
 * thread.
 */
public final class SimulatedNetwork {
  private final SimulatedScheduler scheduler;
  private final Map<NodeId, Endpoint> endpoints = new LinkedHashMap<>();

  /** Process of the cluster with its transport. */
  private record Endpoint(SimulatedTransport lanes, Set<NodeId> gone) {
    NodeId id() {
      return lanes.self().id();
    }

    /**
     * Returns whether this process knows, or knew, the other one. Frames of a process that it does
     * not know yet are sent again later.
     */
    boolean knew(NodeId other) {
      return lanes.peer(other) != null || gone.contains(other);
    }
  }

  /** Creates a network without processes. */
  public SimulatedNetwork(SimulatedScheduler scheduler) {
    this.scheduler = scheduler;
  }

  /** Adds a process, which knows no other yet. */
  public void add(SimulatedTransport lanes) {
    endpoints.put(lanes.self().id(), new Endpoint(lanes, new HashSet<>()));
  }

  /** Makes the first process know the second, unless it has already heard that the second left. */
  public void meet(NodeId one, NodeId other) {
    var endpoint = endpoints.get(one);
    var met = endpoints.get(other);
    if (endpoint != null && met != null && !one.equals(other) && !endpoint.gone.contains(other)) {
      endpoint.lanes.join(met.lanes.self());
    }
  }

  /**
   * Makes the first process know the second at some later time, unless the second is dead by then.
   */
  public void meetLater(NodeId one, NodeId other) {
    var thread = "membership of " + one;
    scheduler.inOrder(
        thread, thread, one + " hears that " + other + " has joined", () -> meet(one, other));
  }

  /** Makes all processes know each other. */
  public void meetAll() {
    for (var one : List.copyOf(endpoints.keySet())) {
      List.copyOf(endpoints.keySet()).forEach(other -> meet(one, other));
    }
  }

  /** Schedules the delivery of everything that has been sent. */
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
      receiver.lanes.receive(from, frame);
    }
  }

  /**
   * Kills one of the processes. What it has sent arrives, and the others hear of its death one
   * after the other.
   */
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
