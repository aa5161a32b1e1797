package io.mobula.internal.names;

import io.mobula.internal.hosting.ShardRouter;
import io.mobula.internal.names.NameMessage.NameEntry;
import io.mobula.spi.ActorNameDirectory;
import io.mobula.spi.ActorNameDirectoryFactory;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes a node's side of the names and joins the hosting of their shards: members with the role
 * {@code mobula.directory.role} host them, the others send to them.
 */
public final class ShardedActorNameDirectoryFactory implements ActorNameDirectoryFactory {
  /** For the service loader. */
  public ShardedActorNameDirectoryFactory() {}

  @Override
  public ActorNameDirectory open(Setup setup) {
    var shards = ShardRouter.open(setup.system(), setup.peers(), kind(setup));
    var kept = new ConcurrentHashMap<String, NameEntry>();
    var connections = new NameRegistrar.Connections(
        shards::tell,
        shards::describeHosts,
        setup.config().getDuration("mobula.directory.patience"));
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
