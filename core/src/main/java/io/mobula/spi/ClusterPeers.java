package io.mobula.spi;

import akka.actor.typed.ActorRef;
import io.mobula.NodeId;
import java.util.Set;

/**
 * Membership of the cluster, for implementations of the ports of this package. Safe for all
 * threads.
 */
public interface ClusterPeers {

  /** Returns the id of this node. */
  NodeId self();

  /** Returns all present nodes, including this one. */
  Set<NodeId> members();

  /**
   * Returns the ref of a node's actor by its name, whether or not the actor exists and even if the
   * node has left.
   */
  <T> ActorRef<T> actor(NodeId node, String name);

  /**
   * Notifies the listener of all other present nodes and of every change, in order, on one thread
   * that must not be blocked.
   */
  void subscribe(Listener listener);

  /**
   * Listener that is notified of each other node once when it joins and once when it leaves; a node
   * that has left never returns.
   */
  interface Listener {
    /** Handles that the node has joined. */
    void joined(NodeId node);

    /**
     * Handles that the node has left or was declared dead.
     *
     * @param how the rest of a sentence about the node that says how it left
     */
    void left(NodeId node, String how);
  }
}
