package io.mobula.cli;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the registry knows of a node that this user has started on this host.
 *
 * @param pid its process
 * @param state whether others can use it
 * @param node its incarnation, once it is up
 * @param address {@code host:port}, once it is up
 * @param log where it writes, for a detached one
 * @param since when it was started, ISO 8601
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

  /** How far it is. */
  enum State {
    STARTING,
    UP
  }

  /** The same node, being up. */
  NodeEntry up(String incarnation, String where) {
    return new NodeEntry(pid, State.UP, incarnation, where, log, since);
  }

  /** Such as {@code node 1f… (pid 17, 127.0.0.1:7171)}. */
  @Override
  public String toString() {
    return state == State.UP
        ? "node " + node + " (pid " + pid + ", " + address + ")"
        : "a node that starts (pid " + pid + ")";
  }
}
