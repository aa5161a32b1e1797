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
 * Router of messages to all shards of one type, by number. The process hosts some of the shards if
 * it has the role. Each shard is the only entity of a shard of Cluster Sharding. Safe for all
 * threads.
 *
 * @param <C> type of the messages of a shard
 */
public final class ShardRouter<C> {
  /**
   * Limit of buffered messages to shards that nobody hosts. It is low because senders repeat their
   * messages.
   */
  private static final int MAX_BUFFERED = 1024;

  private final ActorSystem<?> system;
  private final String role;
  private final ActorRef<ShardingEnvelope<C>> region;

  /**
   * Definition of a type of shards.
   *
   * @param key name of the type in the cluster
   * @param role role of the members that host shards
   * @param joined makes the message for a node that has joined
   * @param left makes the message for a node that has left
   * @param behaviorFactory makes the behavior of the shard with a given number, which has to add
   *     itself to the hosted shards
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

  /** Opens the router, and hosts shards if this process has the role. */
  @SuppressWarnings("serial") // the factory of entities is never sent anywhere
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

  /**
   * Returns settings that keep the locations of shards in memory only, whatever the system uses for
   * its other sharding.
   */
  private static ClusterShardingSettings settings(ActorSystem<?> system) {
    var ours = ConfigFactory.parseMap(Map.of(
        "state-store-mode",
        "ddata",
        "remember-entities",
        "off",
        "passivation.strategy",
        "none",
        "buffer-size",
        MAX_BUFFERED));
    return ClusterShardingSettings.fromConfig(
        ours.withFallback(system.settings().config().getConfig("akka.cluster.sharding")));
  }

  /**
   * Sends a message on a best-effort basis. It is dropped while nobody hosts shards: senders repeat
   * what is not answered.
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

  /** Describes, for people, which members could host a silent shard. */
  public String describeHosts() {
    var hosts = hosts();
    return hosts.isEmpty()
        ? "no member of the cluster has the role " + role + ", so no node hosts it"
        : "it should be at one of " + hosts + ", or is moving from one to another";
  }

  private List<String> hosts() {
    return StreamSupport.stream(Cluster.get(system).state().getMembers().spliterator(), false)
        .filter(member -> member.hasRole(role))
        .map(member -> member.address().hostPort())
        .toList();
  }

  /**
   * Stops hosting and sending, before this process leaves the cluster. Shards have no state to hand
   * over, so they end at once and start elsewhere when the other members notice. Akka's graceful
   * handover would move them one by one, and would also wait for buffered messages to the shards of
   * a process that leaves.
   */
  public void stopHosting() {
    Adapter.toClassic(region).tell(PoisonPill.getInstance(), akka.actor.ActorRef.noSender());
  }

  /** Extractor that uses the number of a shard as the name of its only entity. */
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
