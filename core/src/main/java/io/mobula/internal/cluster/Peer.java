package io.mobula.internal.cluster;

import io.mobula.NodeId;
import java.util.Map;
import java.util.Objects;

/**
 * One process of the cluster, as it introduces itself.
 *
 * @param id its incarnation
 * @param address {@code host:port} of its actor system
 * @param name what people call it
 * @param host the name of its host, for people
 * @param pid its process id there
 * @param role what it is to the cluster
 * @param labels what placement may ask for
 * @param store where its shared memory is, to be opened by whoever shares the host
 */
public record Peer(
    NodeId id,
    String address,
    String name,
    String host,
    long pid,
    Role role,
    Map<String, String> labels,
    StoreLocation store)
    implements ControlMessage {
  /** Copies the labels and refuses nulls. */
  public Peer {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(address, "address");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(role, "role");
    labels = Map.copyOf(labels);
    Objects.requireNonNull(store, "store");
  }

  /** What a process is to the cluster. */
  public enum Role {
    /** Offers resources and votes for its host. */
    NODE,
    /** Offers resources, started by a node of its host; no vote. */
    WORKER,
    /** Offers nothing; no vote. */
    DRIVER
  }

  /**
   * A process's shared memory.
   *
   * @param directory its path on that host
   * @param idHigh the upper half of the random number in all of its files
   * @param idLow the lower half
   * @param sharingGroup a word: only processes with the same one read each other's memory
   */
  public record StoreLocation(String directory, long idHigh, long idLow, String sharingGroup) {
    /** The word of all who have been told nothing else. */
    public static final String DEFAULT_GROUP = "true";

    /** The word of those who share with nobody. */
    public static final String NO_GROUP = "false";

    /** Refuses null. */
    public StoreLocation {
      Objects.requireNonNull(directory, "directory");
      Objects.requireNonNull(sharingGroup, "group");
    }

    /** Whether its process may read the other's memory in place if it can open it, and back. */
    public boolean isSharedWith(StoreLocation other) {
      return !sharingGroup.equals(NO_GROUP) && sharingGroup.equals(other.sharingGroup);
    }
  }

  /** Such as {@code node 1f… (name) at 127.0.0.1:4410, pid 17}. */
  @Override
  public String toString() {
    return "node " + id + " (" + name + ") at " + address + ", pid " + pid + " on " + host;
  }
}
