package io.mobula.internal.cluster;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a process wants to be in a cluster, and how it gets there.
 *
 * @param enabled whether it opens a port at all
 * @param identity as what it introduces itself
 * @param binding where it listens
 * @param seeds {@code host:port} of processes to join by; empty forms a cluster of its own
 * @param joinTimeout how long opening may go on without progress
 * @param leaveTimeout how long closing waits for the others to have taken note
 * @param stoppedAfter for how long a process of this host must stand still until it counts as dead
 * @param security how connections are protected
 */
public record ClusterSettings(
    boolean enabled,
    Identity identity,
    Binding binding,
    List<String> seeds,
    Duration joinTimeout,
    Duration leaveTimeout,
    Duration stoppedAfter,
    Security security) {
  /** Copies the seeds and refuses nulls. */
  public ClusterSettings {
    Objects.requireNonNull(identity, "identity");
    Objects.requireNonNull(binding, "binding");
    seeds = List.copyOf(seeds);
    Objects.requireNonNull(joinTimeout, "joinTimeout");
    Objects.requireNonNull(leaveTimeout, "leaveTimeout");
    Objects.requireNonNull(stoppedAfter, "stoppedAfter");
    Objects.requireNonNull(security, "security");
  }

  /** The most that opening may take while it makes progress. */
  public Duration longestJoin() {
    return JoinDeadline.longest(joinTimeout);
  }

  /** The same with further labels; those that were said before count. */
  public ClusterSettings with(Map<String, String> found) {
    var labels = new HashMap<>(found);
    labels.putAll(identity.labels());
    return new ClusterSettings(
        enabled,
        new Identity(identity.cluster(), identity.node(), identity.role(), labels),
        binding,
        seeds,
        joinTimeout,
        leaveTimeout,
        stoppedAfter,
        security);
  }

  /**
   * Who a process is.
   *
   * @param cluster the name all of its cluster share
   * @param node its own name; null to be made from host, process and incarnation
   * @param role what it is to the others
   * @param labels what placement may ask for
   */
  public record Identity(
      String cluster, @Nullable String node, Peer.Role role, Map<String, String> labels) {
    /** Copies the labels. */
    public Identity {
      labels = Map.copyOf(labels);
    }
  }

  /**
   * Where a process listens.
   *
   * @param host the address it binds and is reached by
   * @param port zero for a free one
   */
  public record Binding(String host, int port) {}

  /**
   * How connections are protected.
   *
   * @param tls keys and certificates; null for clear text
   * @param insecure whether clear text beyond loopback was asked for
   */
  public record Security(@Nullable Tls tls, boolean insecure) {}

  /**
   * Files in PEM.
   *
   * @param certificate this process's, with whatever leads up to the authority
   * @param key its private key
   * @param authority whose certificates are believed, for servers and clients alike
   */
  public record Tls(Path certificate, Path key, Path authority) {}
}
