package io.mobula.internal.store;

import io.mobula.NodeId;
import io.mobula.error.RuntimeClosedException;

/** Phases of one node's store, from its creation to its end. Safe for all threads. */
final class StoreLifecycle {
  /** Phase of the store; phases only go forward. */
  enum Phase {
    /** All requests are served. */
    OPEN,
    /** New requests are refused; others can still read what is here. */
    LEAVING,
    /** The memory is freed. */
    CLOSED
  }

  private final NodeId node;
  private volatile Phase phase = Phase.OPEN;
  private volatile String why = "it was closed";

  StoreLifecycle(NodeId node) {
    this.node = node;
  }

  /** Returns the node of the store. */
  NodeId node() {
    return node;
  }

  /** Returns whether new requests are served. */
  boolean isOpen() {
    return phase == Phase.OPEN;
  }

  /** Throws unless new requests are served. */
  void requireOpen() {
    if (phase != Phase.OPEN) {
      throw closedException();
    }
  }

  /** Throws if the memory is freed. */
  void requireMemory() {
    if (phase == Phase.CLOSED) {
      throw closedException();
    }
  }

  /**
   * Refuses new requests from now on; the first reason counts.
   *
   * @param reason the rest of a sentence about the node
   */
  synchronized void leave(String reason) {
    if (phase == Phase.OPEN) {
      why = reason;
      phase = Phase.LEAVING;
    }
  }

  /** Ends the store for good. */
  synchronized void close() {
    phase = Phase.CLOSED;
  }

  /** Creates the exception by which requests are refused. */
  RuntimeClosedException closedException() {
    return new RuntimeClosedException("The runtime of node " + node + " is closed: " + why
        + ". Open another with Mobula.init().");
  }
}
