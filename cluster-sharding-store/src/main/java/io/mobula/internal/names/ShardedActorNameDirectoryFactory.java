package io.mobula.internal.names;

import io.mobula.internal.hosting.ShardRouter;
import io.mobula.internal.names.NameMessage.NameEntry;
import io.mobula.spi.ActorNameDirectory;
import io.mobula.spi.ActorNameDirectoryFactory;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Factory of a node's directory of actor names. It also starts the hosting of the shards: members
 * with the role {@code mobula.directory.role} host them; other nodes only send to them.
 */
public final class ShardedActorNameDirectoryFactory implements ActorNameDirectoryFactory {
  /** Creates the factory for {@link java.util.ServiceLoader}. */
  public ShardedActorNameDirectoryFactory() {}

  @Override
  public ActorNameDirectory open(Setup setup) {
    var shards = ShardRouter.open(setup.system(), setup.peers(), kind(setup));
    var kept = new ConcurrentHashMap<String, NameEntry>();
    var connections = new NameRegistrar.Connections(
        shards::tell,
        shards::describeHosts,
        setup.config().getDuration("mobula.directory.query-timeout"));
    var keeper = setup
        .spawner()
        .spawn(NameRegistrar.create(setup.peers().self(), kept, connections), NameRegistrar.NAME);
    return new ShardedActorNameDirectory(keeper, kept, shards::stopHosting);
  }

  private static ShardRouter.ShardType<NameShard.Command> kind(Setup setup) {
    return new ShardRouter.ShardType<>(
        NameShard.KEY,
        setup.config().getString("mobula.directory.role"),
        NameShard.Joined::new,
        NameShard.Left::new,
        (number, hosted) -> NameShard.create(number, setup.peers(), hosted));
  }
}
