package io.mobula.ps;

import io.mobula.ActorHandle;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.NodeInfo;
import io.mobula.Placement;
import io.mobula.error.ActorDiedException;
import io.mobula.error.RuntimeClosedException;
import io.mobula.ps.shard.Catalog;
import io.mobula.ps.shard.ShardActor;
import io.mobula.ps.shard.StandbyActor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The actors of a server: those that are shards, or were and may be again, with their standbys, and
 * the catalog. For the owner, one thread at a time.
 */
final class Fleet {
  private static final Logger LOG = LoggerFactory.getLogger(Fleet.class);

  /** How long a shard may take to end what it is doing when the server is closed. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final int MOST_RESTARTS = 100;
  private static final int MOST_RETRIES = 5;

  private final MobulaRuntime runtime;
  private final Choices choices;
  private final ActorHandle<Catalog> catalog;
  private final List<ActorHandle<ShardActor>> shards = new ArrayList<>();
  private final Map<Integer, List<ActorHandle<StandbyActor>>> standbys =
      new ConcurrentSkipListMap<>();

  Fleet(MobulaRuntime runtime, Choices choices) {
    this.runtime = runtime;
    this.choices = choices;
    this.catalog = runtime
        .actor(Catalog::new)
        .placement(Placement.preferring(runtime.nodeId()))
        .maxRestarts(choices.recovers() ? MOST_RESTARTS : 0)
        .maxCallRetries(choices.recovers() ? MOST_RESTARTS : 0)
        .remote();
  }

  ActorHandle<Catalog> catalog() {
    return catalog;
  }

  /** That many shards; new ones are started, those that are there and not needed are left alone. */
  List<ActorHandle<ShardActor>> shards(int count) {
    for (int i = shards.size(); i < count; i++) {
      shards.add(runtime
          .actor(ShardActor::new, catalog, i)
          .dedicatedThread()
          .borrowArguments()
          .placement(choices.placement())
          .maxRestarts(choices.recovers() ? MOST_RESTARTS : 0)
          .maxCallRetries(choices.recovers() ? MOST_RETRIES : 0)
          .remote());
    }
    return List.copyOf(shards.subList(0, count));
  }

  /** Starts standbys for those that have none, if there are to be any; asks where shards are. */
  void standBy() {
    if (choices.replicas() > 0 && standbys.size() < shards.size()) {
      var nodes = Shards.reached(
          () -> Shards.all(shards, shard -> shard.call(ShardActor::node).remote()));
      for (int i = standbys.size(); i < shards.size(); i++) {
        standBy(i, nodes);
      }
    }
  }

  private void standBy(int shard, List<NodeId> nodes) {
    var others = others(nodes.get(shard), nodes);
    if (others.isEmpty()) {
      LOG.warn("There is one node only: the standbys of shard {} are lost when it is.", shard);
    }
    var actors = new ArrayList<ActorHandle<StandbyActor>>();
    for (int i = 0; i < choices.replicas(); i++) {
      var where = others.isEmpty()
          ? choices.placement()
          : Placement.preferring(others.get((shard + i) % others.size()));
      actors.add(runtime
          .actor(StandbyActor::new)
          .dedicatedThread()
          .borrowArguments()
          .placement(where)
          .maxRestarts(MOST_RESTARTS)
          .maxCallRetries(MOST_RETRIES)
          .remote());
    }
    standbys.put(shard, List.copyOf(actors));
    Shards.reached(() -> {
      Shards.taken(catalog.tell(Catalog::standby, shard, actors).remote());
      Shards.taken(shards.get(shard).tell(ShardActor::follow, actors).remote());
      return actors;
    });
  }

  /** Nodes that a shard is not on: those that have shards, if there are any, else all. */
  private List<NodeId> others(NodeId own, List<NodeId> withShards) {
    var near = withShards.stream().distinct().filter(node -> !node.equals(own)).toList();
    return near.isEmpty()
        ? runtime.nodes().stream()
            .filter(node -> node.role().equals("node") && node.state() == NodeInfo.State.ALIVE)
            .map(NodeInfo::id)
            .filter(node -> !node.equals(own))
            .toList()
        : near;
  }

  /** Who stands by for each shard. */
  Map<Integer, List<ActorHandle<StandbyActor>>> standbys() {
    return Map.copyOf(standbys);
  }

  /** Where each standby lives. */
  List<Place> standbyPlaces() {
    return Shards.reached(() -> standbys.values().stream()
        .flatMap(List::stream)
        .map(standby -> new Place(
            Shards.taken(standby.call(StandbyActor::node).remote()),
            Shards.taken(standby.call(StandbyActor::pid).remote())))
        .toList());
  }

  /** Ends all of them, and gives back their memory. */
  void end() {
    shards.forEach(this::end);
    standbys.values().forEach(actors -> actors.forEach(ActorHandle::kill));
    catalog.kill();
  }

  private void end(ActorHandle<ShardActor> shard) {
    try (var freed = shard.tell(ShardActor::close).remote()) {
      var _ = runtime.wait(List.of(freed), 1, PATIENCE);
      shard.kill();
    } catch (ActorDiedException | RuntimeClosedException gone) {
      LOG.debug("A shard was gone before its server was closed", gone);
    }
  }
}
