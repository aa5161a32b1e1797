package io.mobula.internal.directory;

import io.mobula.NodeId;
import io.mobula.internal.hosting.ShardRouter;
import io.mobula.spi.ClusterPeers;
import io.mobula.spi.ObjectDirectory;
import io.mobula.spi.ObjectDirectoryFactory;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Factory of a node's directory client. It also starts the hosting of shards: members with the role
 * {@code mobula.directory.role} host them; other nodes only send to them.
 */
public final class ShardedDirectoryFactory implements ObjectDirectoryFactory {
  /** Creates the factory for {@link java.util.ServiceLoader}. */
  public ShardedDirectoryFactory() {}

  @Override
  public ObjectDirectory open(Setup setup) {
    var settings = DirectorySettings.read(setup.config());
    var self = setup.peers().self();
    var shards = ShardRouter.open(setup.system(), setup.peers(), kind(setup, settings));
    var table = new LocalDirectoryState(
        self,
        settings.shardSettings().map(),
        settings.shardSettings().messaging(),
        setup.listener());
    var awake = new AtomicBoolean();
    var connections = new DirectoryAgent.Connections(
        out -> shards.tell(out.shard(), out.message()),
        () -> awake.set(false),
        shards::describeHosts,
        setup.timer());
    var agent = setup
        .spawner()
        .spawn(DirectoryAgent.create(self, table, settings, connections), DirectoryEntity.AGENT);
    var directory = new ShardedDirectory(self, table, awake, agent, shards::stopHosting);
    setup.peers().subscribe(new ClusterPeers.Listener() {
      @Override
      public void joined(NodeId node) {
        directory.onMembershipChange();
      }

      @Override
      public void left(NodeId node, String how) {
        directory.onMembershipChange();
      }
    });
    return directory;
  }

  private static ShardRouter.ShardType<DirectoryEntity.Command> kind(
      Setup setup, DirectorySettings settings) {
    return new ShardRouter.ShardType<>(
        DirectoryEntity.KEY,
        settings.role(),
        DirectoryEntity.Joined::new,
        DirectoryEntity.Left::new,
        (number, hosted) -> DirectoryEntity.create(
            number,
            new DirectoryEntity.ProcessContext(setup.system(), settings, setup.peers(), hosted)));
  }
}
