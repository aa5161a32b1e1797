package io.mobula.internal.node;

import akka.actor.typed.ActorRef;
import io.mobula.NodeId;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.spi.ClusterPeers;
import java.util.HashSet;
import java.util.Set;

/** Adapter that presents the membership to modules outside of the core. */
record ClusterPeersAdapter(Membership membership) implements ClusterPeers {
  @Override
  public NodeId self() {
    return membership.self().id();
  }

  @Override
  public Set<NodeId> members() {
    var all = new HashSet<NodeId>();
    all.add(self());
    membership.peers().forEach(peer -> all.add(peer.id()));
    return all;
  }

  @Override
  public <T> ActorRef<T> actor(NodeId node, String name) {
    var peer = membership.peer(node);
    return membership.actor(
        peer == null ? membership.self() : peer, peer == null ? "gone-" + node : name);
  }

  @Override
  public void subscribe(Listener listener) {
    membership.subscribe(new Membership.Listener() {
      @Override
      public void joined(Peer peer) {
        listener.joined(peer.id());
      }

      @Override
      public void left(Peer peer, String how) {
        listener.left(peer.id(), how);
      }
    });
  }
}
