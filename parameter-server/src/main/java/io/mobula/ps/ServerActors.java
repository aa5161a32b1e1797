package io.mobula.ps;

import io.mobula.ActorHandle;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.error.ActorDiedException;
import io.mobula.error.RuntimeClosedException;
import io.mobula.info.NodeInfo;
import io.mobula.placement.Placement;
import io.mobula.ps.internal.shard.CatalogActor;
import io.mobula.ps.internal.shard.ReplicaActor;
import io.mobula.ps.internal.shard.ShardActor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles of a server's actors: present and former shards, their replicas, and the catalog. For the
 * server's owner, one thread at a time.
 */
final class ServerActors {
  private static final Logger LOG = LoggerFactory.getLogger(ServerActors.class);

  /** Time that a shard is given to finish its current call when the server is closed. */
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  private static final int MAX_RESTARTS = 100;
  private static final int MAX_RETRIES = 5;

  private final MobulaRuntime runtime;
  private final ServerConfig config;
  private final ActorHandle<CatalogActor> catalog;
  private final List<ActorHandle<ShardActor>> shards = new ArrayList<>();
  private final Map<Integer, List<ActorHandle<ReplicaActor>>> replicas =
      new ConcurrentSkipListMap<>();

  ServerActors(MobulaRuntime runtime, ServerConfig config) {
    this.runtime = runtime;
    this.config = config;
    this.catalog = runtime
        .actor(CatalogActor::new)
        .placement(Placement.preferring(runtime.nodeId()))
        .maxRestarts(config.recovers() ? MAX_RESTARTS : 0)
        .maxCallRetries(config.recovers() ? MAX_RESTARTS : 0)
        .remote();
  }

  ActorHandle<CatalogActor> catalog() {
    return catalog;
  }

  /**
   * Returns the first {@code count} shards; starts those that are missing, and leaves the others
   * alone.
   */
  List<ActorHandle<ShardActor>> shards(int count) {
    for (int i = shards.size(); i < count; i++) {
      shards.add(runtime
          .actor(ShardActor::new, catalog, i)
          .dedicatedThread()
          .borrowArguments()
          .placement(config.placement())
          .maxRestarts(config.recovers() ? MAX_RESTARTS : 0)
          .maxCallRetries(config.recovers() ? MAX_RETRIES : 0)
          .remote());
    }
    return List.copyOf(shards.subList(0, count));
  }

  /**
   * Starts the configured replicas of shards that have none yet. Asks the shards for their nodes.
   */
  void startReplicas() {
    if (config.replicas() > 0 && replicas.size() < shards.size()) {
      var nodes = ShardCalls.translateFailures(
          () -> ShardCalls.callAll(shards, shard -> shard.call(ShardActor::node).remote()));
      for (int i = replicas.size(); i < shards.size(); i++) {
        startReplicas(i, nodes);
      }
    }
  }

  private void startReplicas(int shard, List<NodeId> nodes) {
    var others = others(nodes.get(shard), nodes);
    if (others.isEmpty()) {
      LOG.warn("There is one node only: the replicas of shard {} are lost when it is.", shard);
    }
    var actors = new ArrayList<ActorHandle<ReplicaActor>>();
    for (int i = 0; i < config.replicas(); i++) {
      var where = others.isEmpty()
          ? config.placement()
          : Placement.preferring(others.get((shard + i) % others.size()));
      actors.add(runtime
          .actor(ReplicaActor::new)
          .dedicatedThread()
          .borrowArguments()
          .placement(where)
          .maxRestarts(MAX_RESTARTS)
          .maxCallRetries(MAX_RETRIES)
          .remote());
    }
    replicas.put(shard, List.copyOf(actors));
    ShardCalls.translateFailures(() -> {
      ShardCalls.getAndClose(
          catalog.tell(CatalogActor::setReplicas, shard, actors).remote());
      ShardCalls.getAndClose(
          shards.get(shard).tell(ShardActor::setReplicas, actors).remote());
      return actors;
    });
  }

  /** Returns nodes other than the shard's own: those with shards if there are any, else all. */
  private List<NodeId> others(NodeId own, List<NodeId> withShards) {
    var near = withShards.stream().distinct().filter(node -> !node.equals(own)).toList();
    return near.isEmpty()
        ? runtime.nodes().stream()
            .filter(
                node -> node.role() == NodeInfo.Role.NODE && node.state() == NodeInfo.State.ALIVE)
            .map(NodeInfo::id)
            .filter(node -> !node.equals(own))
            .toList()
        : near;
  }

  /** Returns the replicas of each shard, by the shard's index. */
  Map<Integer, List<ActorHandle<ReplicaActor>>> replicas() {
    return Map.copyOf(replicas);
  }

  /** Returns the location of each replica. */
  List<ProcessLocation> replicaLocations() {
    return ShardCalls.translateFailures(() -> replicas.values().stream()
        .flatMap(List::stream)
        .map(replica -> new ProcessLocation(
            ShardCalls.getAndClose(replica.call(ReplicaActor::node).remote()),
            ShardCalls.getAndClose(replica.call(ReplicaActor::pid).remote())))
        .toList());
  }

  /** Stops all actors and frees their memory. */
  void stop() {
    shards.forEach(this::stop);
    replicas.values().forEach(actors -> actors.forEach(ActorHandle::kill));
    catalog.kill();
  }

  private void stop(ActorHandle<ShardActor> shard) {
    try (var freed = shard.tell(ShardActor::close).remote()) {
      var _ = runtime.wait(List.of(freed), 1, CLOSE_TIMEOUT);
      shard.kill();
    } catch (ActorDiedException | RuntimeClosedException gone) {
      LOG.debug("A shard was gone before its server was closed", gone);
    }
  }
}
