package io.mobula.internal.cluster;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a process in a cluster: its identity, address, seeds, timeouts and security.
 *
 * @param enabled whether it opens a port at all
 * @param identity the identity that it introduces itself with
 * @param binding the address that it listens at
 * @param seeds {@code host:port} of processes to join; empty forms a new cluster
 * @param joinTimeout how long opening may go on without progress
 * @param leaveTimeout how long closing waits for the others to take note
 * @param stoppedAfter how long a process on this host must be stalled until it counts as dead
 * @param security the protection of connections
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

  /** Returns the longest time that opening may take while it makes progress. */
  public Duration maxJoinTime() {
    return JoinDeadline.maxDuration(joinTimeout);
  }

  /** Returns these settings with further labels; present labels take precedence. */
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
   * Identity of a process.
   *
   * @param cluster the name that all processes of its cluster share
   * @param node its own name; null to be made from host, process and incarnation
   * @param role its role in the cluster
   * @param labels labels that placement may ask for
   */
  public record Identity(
      String cluster, @Nullable String node, Peer.Role role, Map<String, String> labels) {
    /** Copies the labels into an immutable map. */
    public Identity {
      labels = Map.copyOf(labels);
    }
  }

  /**
   * Address that a process listens at.
   *
   * @param host the address that it binds and is reached by
   * @param port zero for any free port
   */
  public record Binding(String host, int port) {}

  /**
   * Protection of the node's connections.
   *
   * @param tls keys and certificates; null for clear text
   * @param insecure whether clear text beyond loopback was asked for
   */
  public record Security(@Nullable Tls tls, boolean insecure) {}

  /**
   * PEM files for TLS connections.
   *
   * @param certificate the process's certificate and the chain up to the authority
   * @param key the private key of the certificate
   * @param authority the authority whose certificates are trusted, of servers and clients alike
   */
  public record Tls(Path certificate, Path key, Path authority) {}
}
