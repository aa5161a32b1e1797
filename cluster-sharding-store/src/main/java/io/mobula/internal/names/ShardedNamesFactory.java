package io.mobula.internal.names;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.Adapter;
import akka.cluster.sharding.ShardRegion;
import akka.cluster.sharding.typed.ClusterShardingSettings;
import akka.cluster.sharding.typed.ShardingEnvelope;
import akka.cluster.sharding.typed.ShardingMessageExtractor;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import io.mobula.internal.names.NameMessage.Entry;
import io.mobula.spi.ActorNames;
import io.mobula.spi.ActorNamesFactory;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes a node's side of the names and joins the hosting of their shards: members with the role
 * {@code mobula.directory.role} host them, the others send to them.
 */
public final class ShardedNamesFactory implements ActorNamesFactory {
  /** For the service loader. */
  public ShardedNamesFactory() {}

  @Override
  public ActorNames open(Setup setup) {
    var region = region(setup);
    var kept = new ConcurrentHashMap<String, Entry>();
    var keeper = setup
        .spawner()
        .spawn(
            NameKeeper.create(
                setup.peers().self(),
                kept,
                (shard, message) ->
                    region.tell(new ShardingEnvelope<>(Integer.toString(shard), message))),
            NameKeeper.NAME);
    return new ShardedNames(keeper, kept, () -> giveUp(region));
  }

  @SuppressWarnings("serial") // Akka's type for the maker of entities; it is never sent
  private static ActorRef<ShardingEnvelope<NameShard.Command>> region(Setup setup) {
    var settings = ClusterShardingSettings.create(setup.system())
        .withRememberEntities(false)
        .withNoPassivationStrategy();
    var hosted = new HostedShards(setup.peers().self());
    setup.peers().subscribe(hosted);
    return ClusterSharding.get(setup.system())
        .init(Entity.of(
                NameShard.KEY,
                context -> NameShard.create(
                    Integer.parseInt(context.getEntityId()), setup.peers(), hosted))
            .withRole(setup.config().getString("mobula.directory.role"))
            .withSettings(settings)
            .withMessageExtractor(new OneEntityPerShard()));
  }

  /** Shards hosted here move to others while the node leaves. */
  private static void giveUp(ActorRef<?> region) {
    Adapter.toClassic(region)
        .tell(ShardRegion.gracefulShutdownInstance(), akka.actor.ActorRef.noSender());
  }

  /** The number of a shard is the name of its only entity. */
  private static final class OneEntityPerShard
      extends ShardingMessageExtractor<ShardingEnvelope<NameShard.Command>, NameShard.Command> {
    @Override
    public String entityId(ShardingEnvelope<NameShard.Command> message) {
      return message.entityId();
    }

    @Override
    public String shardId(String entityId) {
      return entityId;
    }

    @Override
    public NameShard.Command unwrapMessage(ShardingEnvelope<NameShard.Command> message) {
      return message.message();
    }
  }
}
