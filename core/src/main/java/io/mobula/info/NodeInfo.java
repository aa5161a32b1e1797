package io.mobula.info;

import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.placement.Resources;
import java.util.List;
import java.util.Map;

/**
 * Description of one process of the cluster, as this process knows it.
 *
 * @param id incarnation of the process
 * @param name name for people
 * @param address {@code host:port}, or {@code local} if it does not listen
 * @param host name of its host
 * @param pid process id on that host
 * @param role what the process does in the cluster
 * @param labels labels that placement can select
 * @param state membership state
 * @param total all resources it offers
 * @param available free resources; slightly old for other processes
 * @param store usage of its object store; slightly old for other processes
 * @param gpus its accelerators; slightly old for other processes
 */
public record NodeInfo(
    NodeId id,
    String name,
    String address,
    String host,
    long pid,
    Role role,
    Map<String, String> labels,
    State state,
    Resources total,
    Resources available,
    MobulaRuntime.StoreUsage store,
    List<GpuInfo> gpus) {
  /** Copies the map and the list. */
  public NodeInfo {
    labels = Map.copyOf(labels);
    gpus = List.copyOf(gpus);
  }

  /** Role of a process in the cluster. */
  public enum Role {
    /** Node: it offers resources, and has a vote. */
    NODE,
    /** Worker process of a node, with a part of its resources and without a vote. */
    WORKER,
    /** Driver: it submits work and offers no resources. */
    DRIVER
  }

  /** Membership state of a process. */
  public enum State {
    /** Member of the cluster, and reachable. */
    ALIVE,
    /** Unreachable: the process comes back, or is declared dead. */
    UNREACHABLE,
    /** Leaving the cluster: the process accepts no new work. */
    LEAVING
  }
}
