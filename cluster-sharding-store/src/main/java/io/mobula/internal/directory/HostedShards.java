package io.mobula.internal.directory;

import akka.actor.typed.ActorRef;
import io.mobula.NodeId;
import io.mobula.spi.ClusterPeers;
import java.util.HashSet;
import java.util.Set;

/**
 * The shards that this process hosts at the moment, told of members that come and go. Each knows
 * from its start who is there and misses no change after. Safe for all threads.
 */
final class HostedShards implements ClusterPeers.Listener {
  private final Set<NodeId> members = new HashSet<>();
  private final Set<ActorRef<DirectoryEntity.Command>> hosted = new HashSet<>();

  HostedShards(NodeId self) {
    members.add(self);
  }

  /** Tells this shard from now on; returns who is there. */
  synchronized Set<NodeId> add(ActorRef<DirectoryEntity.Command> shard) {
    hosted.add(shard);
    return Set.copyOf(members);
  }

  synchronized void remove(ActorRef<DirectoryEntity.Command> shard) {
    hosted.remove(shard);
  }

  @Override
  public synchronized void joined(NodeId node) {
    members.add(node);
    hosted.forEach(shard -> shard.tell(new DirectoryEntity.Joined(node)));
  }

  @Override
  public synchronized void left(NodeId node, String how) {
    members.remove(node);
    hosted.forEach(shard -> shard.tell(new DirectoryEntity.Left(node)));
  }
}
