package io.mobula.internal.cluster;

import akka.actor.typed.ActorRef;
import io.mobula.NodeId;
import io.mobula.info.NodeInfo;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Membership of the cluster as this process knows it. Thread-safe; nothing blocks. */
public interface Membership {

  /** Returns this process as a peer. */
  Peer self();

  /** Returns the other processes that are up and have introduced themselves. */
  Collection<Peer> peers();

  /**
   * Returns this process or a peer by its incarnation; null if it has not been met, or has left.
   */
  @Nullable
  Peer peer(NodeId id);

  /** Returns a ref to an actor of that process's node by name, whether or not the actor exists. */
  <T> ActorRef<T> actor(Peer peer, String name);

  /**
   * Reports that a process on this host is known to be dead: it is downed without waiting for the
   * resolver.
   */
  void reportDead(NodeId id, String how);

  /**
   * Subscribes a listener to all present peers and to every change, in order, on one thread that
   * must not be blocked.
   */
  void subscribe(Listener listener);

  /** Returns the status of that process as Akka Cluster sees it from here. */
  NodeInfo.State statusOf(Peer peer);

  /**
   * Listener that is told of each process once when it joins and once when it leaves; it never
   * returns.
   */
  interface Listener {
    /** Notes that a process is up and has introduced itself; does nothing unless overridden. */
    default void joined(Peer peer) {}

    /** Notes that a process has left or was removed as dead; whatever it still sends is dropped. */
    void left(Peer peer, String how);
  }
}
