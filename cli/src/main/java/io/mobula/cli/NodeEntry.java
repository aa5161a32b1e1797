package io.mobula.cli;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Registry entry of a node that this user has started on this host.
 *
 * @param pid id of the node's process
 * @param state whether the node is up
 * @param node incarnation, once the node is up
 * @param address {@code host:port}, once the node is up
 * @param log log file of a detached node
 * @param since time of the start, ISO 8601
 */
@JsonPropertyOrder({"pid", "state", "node", "address", "log", "since"})
record NodeEntry(
    long pid,
    State state,
    @Nullable String node,
    @Nullable String address,
    @Nullable String log,
    String since) {
  NodeEntry {
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(since, "since");
  }

  /** Progress of the node's start. */
  enum State {
    STARTING,
    UP
  }

  /** Returns an entry of the same node in the state {@code UP}. */
  NodeEntry up(String incarnation, String where) {
    return new NodeEntry(pid, State.UP, incarnation, where, log, since);
  }

  /** Returns text such as {@code node 1f… (pid 17, 127.0.0.1:7171)}. */
  @Override
  public String toString() {
    return state == State.UP
        ? "node " + node + " (pid " + pid + ", " + address + ")"
        : "a node that starts (pid " + pid + ")";
  }
}
