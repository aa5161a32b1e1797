package io.mobula.internal.hosting;

import akka.actor.typed.ActorRef;
import io.mobula.NodeId;
import io.mobula.spi.ClusterPeers;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;

/**
 * Shards of one type that this process hosts at the moment. They are told of nodes that join and
 * leave: each gets the present members when it starts and misses no later change. Safe for all
 * threads.
 *
 * @param <C> type of the messages of a shard
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

  /** Adds a shard that is told of changes from now on. Returns the present members. */
  public synchronized Set<NodeId> add(ActorRef<C> shard) {
    hosted.add(shard);
    return Set.copyOf(members);
  }

  /** Removes a shard that has ended. */
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
