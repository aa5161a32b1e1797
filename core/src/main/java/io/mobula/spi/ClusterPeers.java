package io.mobula.spi;

import akka.actor.typed.ActorRef;
import io.mobula.NodeId;
import java.util.Set;

/** Which nodes there are, for parts that are supplied from outside. Safe for all threads. */
public interface ClusterPeers {

  /** The node that this is told to. */
  NodeId self();

  /** All that are there, this one included. */
  Set<NodeId> members();

  /**
   * A node's actor by its name; a ref is given whether or not it lives, and to whoever has left.
   */
  <T> ActorRef<T> actor(NodeId node, String name);

  /**
   * Tells the listener of all other members there are and of every change, in order, on one thread
   * that must not be blocked.
   */
  void subscribe(Listener listener);

  /** Hears of each other node once when it comes and once when it goes, never to return. */
  interface Listener {
    /** It is there. */
    void joined(NodeId node);

    /** It has left or is taken for dead. */
    void left(NodeId node, String how);
  }
}
