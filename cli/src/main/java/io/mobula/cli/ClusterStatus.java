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
 * What {@code mobula status} says, in the words of its JSON: a script's contract, to which names
 * are added and never changed.
 *
 * @param cluster its name
 * @param nodes every process that belongs to it, the one that asks excepted
 * @param waiting what cannot run yet
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
   * One process.
   *
   * @param id its incarnation
   * @param role {@code node}, {@code worker} or {@code driver}
   * @param lanes to whom it has sent frames, by the other's incarnation; of the 256 with most to be
   *     sent
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

  /** Amounts by name; memory in bytes. */
  @JsonPropertyOrder({"total", "available"})
  record NodeResources(Map<String, Number> total, Map<String, Number> available) {
    NodeResources {
      total = sorted(total);
      available = sorted(available);
    }
  }

  /** In bytes. */
  @JsonPropertyOrder({"capacity", "used"})
  record Store(long capacity, long used) {}

  /**
   * A task or actor that cannot run yet.
   *
   * @param id what logs and errors call it
   * @param wants amounts by name
   * @param why for people
   */
  @JsonPropertyOrder({"id", "wants", "why"})
  record PendingWork(String id, Map<String, Number> wants, String why) {
    PendingWork {
      wants = sorted(wants);
    }
  }

  /**
   * The way of frames to one other process.
   *
   * @param kind what carries them
   * @param sent since both know each other
   * @param received on the way back
   * @param underway not acknowledged yet
   */
  @JsonPropertyOrder({"kind", "sent", "received", "underway"})
  record Lane(String kind, Amount sent, Amount received, Amount underway) {}

  /** Frames, and their bytes. */
  @JsonPropertyOrder({"frames", "bytes"})
  record Amount(long frames, long bytes) {}

  private static <V> Map<String, V> sorted(Map<String, V> map) {
    return Collections.unmodifiableMap(new TreeMap<>(map));
  }

  String json() {
    try {
      return MAPPER.writeValueAsString(this);
    } catch (JsonProcessingException e) { // records of strings and numbers always can be
      throw new IllegalStateException("Cannot write " + this, e);
    }
  }
}
