package io.mobula.cli;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Output of {@code mobula status} as JSON. The names are a contract with scripts: names may be
 * added, but never change.
 *
 * @param cluster name of the cluster
 * @param nodes all processes of the cluster except the one that asks
 * @param waiting work that cannot run yet
 */
@JsonPropertyOrder({"cluster", "nodes", "waiting"})
record ClusterStatus(String cluster, List<Node> nodes, List<PendingWork> waiting) {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  ClusterStatus {
    nodes = List.copyOf(nodes);
    waiting = List.copyOf(waiting);
  }

  /**
   * State of one process of the cluster.
   *
   * @param id incarnation of the node
   * @param role {@code node}, {@code worker} or {@code driver}
   * @param lanes frames exchanged with other processes, by the incarnation of the other process;
   *     only the 256 lanes with the most unacknowledged bytes
   */
  @JsonPropertyOrder({"id", "address", "host", "pid", "role", "resources", "store", "lanes"})
  record Node(
      String id,
      String address,
      String host,
      long pid,
      String role,
      NodeResources resources,
      Store store,
      Map<String, Lane> lanes) {
    Node {
      lanes = sorted(lanes);
    }
  }

  /** Resource amounts by name; memory is in bytes. */
  @JsonPropertyOrder({"total", "available"})
  record NodeResources(Map<String, Number> total, Map<String, Number> available) {
    NodeResources {
      total = sorted(total);
      available = sorted(available);
    }
  }

  /** Size of the object store, in bytes. */
  @JsonPropertyOrder({"capacity", "used"})
  record Store(long capacity, long used) {}

  /**
   * Task or actor that cannot run yet.
   *
   * @param id name used in logs and errors
   * @param wants requested amounts by resource name
   * @param why reason for people
   */
  @JsonPropertyOrder({"id", "wants", "why"})
  record PendingWork(String id, Map<String, Number> wants, String why) {
    PendingWork {
      wants = sorted(wants);
    }
  }

  /**
   * Frames exchanged with one other process.
   *
   * @param kind transport that carries the frames
   * @param sent frames sent since both processes know each other
   * @param received frames received in the other direction
   * @param underway frames sent and not yet acknowledged
   */
  @JsonPropertyOrder({"kind", "sent", "received", "underway"})
  record Lane(String kind, Amount sent, Amount received, Amount underway) {}

  /** Number of frames, and their size in bytes. */
  @JsonPropertyOrder({"frames", "bytes"})
  record Amount(long frames, long bytes) {}

  private static <V> Map<String, V> sorted(Map<String, V> map) {
    return Collections.unmodifiableMap(new TreeMap<>(map));
  }

  String json() {
    try {
      return MAPPER.writeValueAsString(this);
    } catch (JsonProcessingException e) { // cannot happen for strings and numbers
      throw new IllegalStateException("Cannot write " + this, e);
    }
  }
}
