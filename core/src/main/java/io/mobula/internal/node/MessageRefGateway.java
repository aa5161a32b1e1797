package io.mobula.internal.node;

import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.sharing.ClusterObjects;
import io.mobula.internal.store.HeldRef;
import io.mobula.internal.store.ObjectStore;
import io.mobula.spi.DelayTimer;
import java.time.Duration;

/** Gateway of refs and handles inside users' Akka messages in a cluster. Thread-safe. */
final class MessageRefGateway implements AkkaMessageRefs.NodeGateway {
  private final ObjectStore store;
  private final ClusterObjects clusterObjects;
  private final DelayTimer timer;
  private final Duration transitHold;

  /**
   * Creates the gateway of a node.
   *
   * @param transitHold how long a message that has not been read keeps what it refers to
   */
  MessageRefGateway(
      ObjectStore store, ClusterObjects clusterObjects, DelayTimer timer, Duration transitHold) {
    this.store = store;
    this.clusterObjects = clusterObjects;
    this.timer = timer;
    this.transitHold = transitHold;
  }

  @Override
  public HeldRef keep(HeldRef.Holdable what) {
    return what.hold(store);
  }

  @Override
  public void holdInTransit(HeldRef edge, FrameWriter bytes) {
    var end = clusterObjects.finishForAnyReceiver(bytes, edge::release);
    Runnable _ = timer.after(transitHold, end);
  }

  @Override
  public HeldRef enter(FrameReader in) {
    var edge = clusterObjects.importEdge(in);
    clusterObjects.acknowledgeRefsFromAnySender(in);
    return edge;
  }
}
