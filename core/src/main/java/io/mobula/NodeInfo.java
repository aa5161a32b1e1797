package io.mobula;

import java.util.List;
import java.util.Map;

/**
 * One process of the cluster, as this one knows it: what it is, what it has, how it stands.
 *
 * @param id its incarnation
 * @param name what people call it
 * @param address {@code host:port}, or {@code local} if it listens nowhere
 * @param host the name of its host
 * @param pid its process there
 * @param role {@code node}, {@code worker} or {@code driver}
 * @param labels what placement may ask for
 * @param state how it stands
 * @param total what it has in all
 * @param available what of it is free; for other processes a moment old
 * @param store its object store; for other processes a moment old
 * @param gpus its accelerators; for other processes a moment old
 */
public record NodeInfo(
    NodeId id,
    String name,
    String address,
    String host,
    long pid,
    String role,
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

  /** How a process stands with its cluster. */
  public enum State {
    /** Up and reachable. */
    ALIVE,
    /** Silent: it comes back, or is taken for dead. */
    UNREACHABLE,
    /** On its way out: it takes no new work. */
    LEAVING
  }
}
