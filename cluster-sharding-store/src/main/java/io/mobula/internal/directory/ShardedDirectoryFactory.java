package io.mobula.internal.directory;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Adapter;
import akka.cluster.sharding.ShardRegion;
import akka.cluster.sharding.typed.ClusterShardingSettings;
import akka.cluster.sharding.typed.ShardingEnvelope;
import akka.cluster.sharding.typed.ShardingMessageExtractor;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import com.typesafe.config.ConfigFactory;
import io.mobula.spi.ObjectDirectory;
import io.mobula.spi.ObjectDirectoryFactory;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Makes a node's side of the directory and joins the hosting of its shards: members with the role
 * {@code mobula.directory.role} host them, the others send to them.
 */
public final class ShardedDirectoryFactory implements ObjectDirectoryFactory {
  /** For the service loader. */
  public ShardedDirectoryFactory() {}

  @Override
  public ObjectDirectory open(Setup setup) {
    var settings = DirectorySettings.read(setup.config());
    var self = setup.peers().self();
    var region = region(setup, settings);
    var table =
        new NodeTable(self, settings.rules().map(), settings.rules().pace(), setup.listener());
    var awake = new AtomicBoolean();
    var wiring = new DirectoryAgent.Wiring(
        out -> region.tell(new ShardingEnvelope<>(Integer.toString(out.shard()), out.message())),
        () -> awake.set(false));
    var agent = setup
        .spawner()
        .spawn(DirectoryAgent.create(self, table, settings, wiring), DirectoryEntity.AGENT);
    return new ShardedDirectory(self, table, awake, agent, () -> giveUp(region));
  }

  @SuppressWarnings("serial") // what makes an entity is never sent anywhere
  private static ActorRef<ShardingEnvelope<DirectoryEntity.Command>> region(
      Setup setup, DirectorySettings settings) {
    var hosted = new HostedShards(setup.peers().self());
    setup.peers().subscribe(hosted);
    return ClusterSharding.get(setup.system())
        .init(Entity.of(
                DirectoryEntity.KEY,
                context -> DirectoryEntity.create(
                    Integer.parseInt(context.getEntityId()),
                    new DirectoryEntity.Surroundings(
                        setup.system(), settings, setup.peers(), hosted)))
            .withRole(settings.role())
            .withSettings(sharding(setup.system()))
            .withMessageExtractor(new OneEntityPerShard()));
  }

  /** Where shards are is kept in memory alone, whatever else the system uses sharding for. */
  private static ClusterShardingSettings sharding(ActorSystem<?> system) {
    var ours = ConfigFactory.parseMap(Map.of(
        "state-store-mode", "ddata",
        "remember-entities", "off",
        "passivation.strategy", "none"));
    return ClusterShardingSettings.fromConfig(
        ours.withFallback(system.settings().config().getConfig("akka.cluster.sharding")));
  }

  /** Shards hosted here move to others while the node leaves. */
  private static void giveUp(ActorRef<?> region) {
    Adapter.toClassic(region)
        .tell(ShardRegion.gracefulShutdownInstance(), akka.actor.ActorRef.noSender());
  }

  /** The number of a shard is the name of its only entity. */
  private static final class OneEntityPerShard
      extends ShardingMessageExtractor<
          ShardingEnvelope<DirectoryEntity.Command>, DirectoryEntity.Command> {
    @Override
    public String entityId(ShardingEnvelope<DirectoryEntity.Command> message) {
      return message.entityId();
    }

    @Override
    public String shardId(String entityId) {
      return entityId;
    }

    @Override
    public DirectoryEntity.Command unwrapMessage(
        ShardingEnvelope<DirectoryEntity.Command> message) {
      return message.message();
    }
  }
}
