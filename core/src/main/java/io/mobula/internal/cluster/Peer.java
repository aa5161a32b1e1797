package io.mobula.internal.cluster;

import io.mobula.NodeId;
import io.mobula.internal.memory.StoreAddress;
import java.util.Map;
import java.util.Objects;

/**
 * Process of the cluster, as it introduces itself.
 *
 * @param id its incarnation
 * @param address {@code host:port} of its actor system
 * @param name its name for people
 * @param host the name of its host, for people
 * @param pid its process id on that host
 * @param role its role in the cluster
 * @param labels labels that placement may ask for
 * @param store the location of its shared memory, for processes on the same host
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

  /** Role of a process in the cluster. */
  public enum Role {
    /** Node that offers resources and votes for its host. */
    NODE,
    /** Worker that offers resources, started by a node on its host; has no vote. */
    WORKER,
    /** Driver that offers no resources and has no vote. */
    DRIVER
  }

  /**
   * Location of a process's shared memory.
   *
   * @param directory its path on that host
   * @param idHigh the upper half of the random number in all of its files
   * @param idLow the lower half of that number
   * @param sharingGroup the name of its memory-sharing group: only processes of the same group read
   *     each other's memory
   */
  public record StoreLocation(String directory, long idHigh, long idLow, String sharingGroup) {
    /** Name of the default memory-sharing group. */
    public static final String DEFAULT_GROUP = "true";

    /** Name for processes that share memory with no other. */
    public static final String NO_GROUP = "false";

    /** Refuses null as a directory or group. */
    public StoreLocation {
      Objects.requireNonNull(directory, "directory");
      Objects.requireNonNull(sharingGroup, "group");
    }

    /** Returns the address by which processes of the same host open the store. */
    public StoreAddress address() {
      return new StoreAddress(directory, idHigh, idLow);
    }

    /** Returns whether both processes may read each other's memory in place if they can open it. */
    public boolean isSharedWith(StoreLocation other) {
      return !sharingGroup.equals(NO_GROUP) && sharingGroup.equals(other.sharingGroup);
    }
  }

  /** Describes the process, such as {@code node 1f… (name) at 127.0.0.1:4410, pid 17}. */
  @Override
  public String toString() {
    return "node " + id + " (" + name + ") at " + address + ", pid " + pid + " on " + host;
  }
}
