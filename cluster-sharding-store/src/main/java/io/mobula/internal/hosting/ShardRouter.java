package io.mobula.internal.hosting;

import akka.actor.PoisonPill;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Adapter;
import akka.cluster.sharding.typed.ClusterShardingSettings;
import akka.cluster.sharding.typed.ShardingEnvelope;
import akka.cluster.sharding.typed.ShardingMessageExtractor;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import akka.cluster.typed.Cluster;
import com.typesafe.config.ConfigFactory;
import io.mobula.NodeId;
import io.mobula.spi.ClusterPeers;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.StreamSupport;

/**
 * All shards of one kind, by number, as one process reaches them; it hosts some if it has the role.
 * Each is the only entity of a shard of Cluster Sharding. Safe for all threads.
 *
 * @param <C> what a shard is told
 */
public final class ShardRouter<C> {
  /** What is for shards that nobody hosts is said again by whoever said it, so little is kept. */
  private static final int MOST_BUFFERED = 1024;

  private final ActorSystem<?> system;
  private final String role;
  private final ActorRef<ShardingEnvelope<C>> region;

  /**
   * What makes one kind differ from another.
   *
   * @param key names it in the cluster
   * @param role of the members that host shards
   * @param joined what a shard is told when a node comes
   * @param left what a shard is told when a node has gone
   * @param behaviorFactory makes the behavior of the shard of that number, which is to make itself
   *     known to the hosted ones
   */
  public record ShardType<C>(
      EntityTypeKey<C> key,
      String role,
      Function<NodeId, ? extends C> joined,
      Function<NodeId, ? extends C> left,
      BiFunction<Integer, HostedShards<C>, Behavior<C>> behaviorFactory) {}

  private ShardRouter(ActorSystem<?> system, String role, ActorRef<ShardingEnvelope<C>> region) {
    this.system = system;
    this.role = role;
    this.region = region;
  }

  /** Joins the hosting. */
  @SuppressWarnings("serial") // what makes an entity is never sent anywhere
  public static <C> ShardRouter<C> open(
      ActorSystem<?> system, ClusterPeers peers, ShardType<C> type) {
    var hosted = new HostedShards<C>(peers.self(), type.joined(), type.left());
    peers.subscribe(hosted);
    var region = ClusterSharding.get(system)
        .init(Entity.of(
                type.key(),
                context ->
                    type.behaviorFactory().apply(Integer.valueOf(context.getEntityId()), hosted))
            .withRole(type.role())
            .withSettings(settings(system))
            .withMessageExtractor(new ShardNumberExtractor<C>()));
    return new ShardRouter<>(system, type.role(), region);
  }

  /** Where shards are is kept in memory alone, whatever else the system uses sharding for. */
  private static ClusterShardingSettings settings(ActorSystem<?> system) {
    var ours = ConfigFactory.parseMap(Map.of(
        "state-store-mode",
        "ddata",
        "remember-entities",
        "off",
        "passivation.strategy",
        "none",
        "buffer-size",
        MOST_BUFFERED));
    return ClusterShardingSettings.fromConfig(
        ours.withFallback(system.settings().config().getConfig("akka.cluster.sharding")));
  }

  /**
   * Sends it, if nothing goes wrong. While nobody hosts shards it is dropped: whoever has something
   * to say says it again.
   */
  public void tell(int shard, C message) {
    if (isHosted()) {
      region.tell(new ShardingEnvelope<>(Integer.toString(shard), message));
    }
  }

  private boolean isHosted() {
    for (var member : Cluster.get(system).state().getMembers()) {
      if (member.hasRole(role)) {
        return true;
      }
    }
    return false;
  }

  /** Why a shard may not answer, for people: who there is to host it. */
  public String describeHosts() {
    var hosts = hosts();
    return hosts.isEmpty()
        ? "no member of the cluster has the role " + role + ", so nobody hosts it"
        : "it should be at one of " + hosts + ", or on its way from one to another";
  }

  private List<String> hosts() {
    return StreamSupport.stream(Cluster.get(system).state().getMembers().spliterator(), false)
        .filter(member -> member.hasRole(role))
        .map(member -> member.address().hostPort())
        .toList();
  }

  /**
   * Hosts nothing and sends nothing any more; before this process leaves the cluster. Shards know
   * nothing that they could hand over, so they end at once, and start elsewhere when the others see
   * that. Akka's graceful way moves them one by one, and waits for messages that are kept for
   * shards of a process that leaves, too.
   */
  public void stopHosting() {
    Adapter.toClassic(region).tell(PoisonPill.getInstance(), akka.actor.ActorRef.noSender());
  }

  /** The number of a shard is the name of its only entity. */
  private static final class ShardNumberExtractor<C>
      extends ShardingMessageExtractor<ShardingEnvelope<C>, C> {
    @Override
    public String entityId(ShardingEnvelope<C> message) {
      return message.entityId();
    }

    @Override
    public String shardId(String entityId) {
      return entityId;
    }

    @Override
    public C unwrapMessage(ShardingEnvelope<C> message) {
      return message.message();
    }
  }
}
