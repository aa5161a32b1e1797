package io.mobula.internal.names;

import akka.actor.typed.ActorRef;
import io.mobula.NodeId;
import io.mobula.spi.ClusterPeers;
import java.util.HashSet;
import java.util.Set;

/**
 * The shards that this process hosts: tells them who comes and goes, and a new one who is there.
 * Safe for all threads.
 */
final class HostedShards implements ClusterPeers.Listener {
  private final Set<ActorRef<NameShard.Command>> shards = new HashSet<>();
  private final Set<NodeId> members = new HashSet<>();

  HostedShards(NodeId self) {
    members.add(self);
  }

  /** Tells this shard from now on. Who is there now. */
  synchronized Set<NodeId> add(ActorRef<NameShard.Command> shard) {
    shards.add(shard);
    return Set.copyOf(members);
  }

  synchronized void remove(ActorRef<NameShard.Command> shard) {
    shards.remove(shard);
  }

  @Override
  public synchronized void joined(NodeId node) {
    members.add(node);
    shards.forEach(shard -> shard.tell(new NameShard.Joined(node)));
  }

  @Override
  public synchronized void left(NodeId node, String how) {
    members.remove(node);
    shards.forEach(shard -> shard.tell(new NameShard.Left(node)));
  }
}
