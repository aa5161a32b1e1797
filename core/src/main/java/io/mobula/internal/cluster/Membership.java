package io.mobula.internal.cluster;

import akka.actor.typed.ActorRef;
import io.mobula.NodeId;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Who else is there, as this process knows it. Safe for all threads; nothing blocks. */
public interface Membership {

  /** This process. */
  Peer self();

  /** Others that are up and have introduced themselves. */
  Collection<Peer> peers();

  /** This process or another by its incarnation; null if it has not been met, or has left. */
  @Nullable
  Peer peer(NodeId id);

  /** An actor of that process's node by its name; a ref is given whether or not it lives. */
  <T> ActorRef<T> actor(Peer peer, String name);

  /**
   * The process of this host is known to be dead: it is downed without waiting for the resolver.
   */
  void reportDead(NodeId id, String how);

  /**
   * Tells the listener of everybody there is and of every change, in order, on one thread that must
   * not be blocked.
   */
  void subscribe(Listener listener);

  /** How that process stands with the cluster, as Akka Cluster sees it from here. */
  PeerStatus statusOf(Peer peer);

  /** Hears of each process once when it comes and once when it goes, never to return. */
  interface Listener {
    /** It is up and has introduced itself. */
    void joined(Peer peer);

    /** It has left or is taken for dead; whatever it still sends is dropped. */
    void left(Peer peer, String how);
  }
}
