package io.mobula.internal.hosting;

import akka.actor.typed.ActorRef;
import io.mobula.NodeId;
import io.mobula.spi.ClusterPeers;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;

/**
 * The shards of one kind that this process hosts at the moment, told of members that come and go.
 * Each knows from its start who is there and misses no change after. Safe for all threads.
 *
 * @param <C> what a shard is told
 */
public final class HostedShards<C> implements ClusterPeers.Listener {
  private final Set<NodeId> members = new HashSet<>();
  private final Set<ActorRef<C>> hosted = new HashSet<>();
  private final Function<NodeId, ? extends C> joined;
  private final Function<NodeId, ? extends C> left;

  HostedShards(
      NodeId self, Function<NodeId, ? extends C> joined, Function<NodeId, ? extends C> left) {
    this.joined = joined;
    this.left = left;
    members.add(self);
  }

  /** Tells this shard from now on; returns who is there. */
  public synchronized Set<NodeId> add(ActorRef<C> shard) {
    hosted.add(shard);
    return Set.copyOf(members);
  }

  /** The shard has ended. */
  public synchronized void remove(ActorRef<C> shard) {
    hosted.remove(shard);
  }

  @Override
  public synchronized void joined(NodeId node) {
    members.add(node);
    hosted.forEach(shard -> shard.tell(joined.apply(node)));
  }

  @Override
  public synchronized void left(NodeId node, String how) {
    members.remove(node);
    hosted.forEach(shard -> shard.tell(left.apply(node)));
  }
}
