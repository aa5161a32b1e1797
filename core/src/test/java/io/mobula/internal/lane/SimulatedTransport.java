package io.mobula.internal.lane;

import akka.actor.testkit.typed.javadsl.TestInbox;
import akka.actor.typed.ActorRef;
import io.mobula.NodeId;
import io.mobula.info.NodeInfo;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Transport of one process of a simulated cluster: the simulation takes what it sends, in order,
 * and decides who is a member. For one thread.
 */
public final class SimulatedTransport implements Membership {
  private final Peer self;
  private final Map<NodeId, Peer> peers = new LinkedHashMap<>();
  private final Map<NodeId, TestInbox<FrameEnvelope>> inboxes = new LinkedHashMap<>();
  private final List<Listener> listeners = new ArrayList<>();
  private final PeerTransport peerTransport;
  private Runnable onLook = () -> {};

  /** Creates a transport that knows no other process. */
  public SimulatedTransport(Peer self) {
    this.self = self;
    this.peerTransport = new PeerTransport(this);
  }

  /** Creates the description of a process. */
  public static Peer peer(long id, Peer.Role role) {
    return new Peer(
        new NodeId(id),
        "127.0.0.1:" + id,
        "n" + id,
        "host",
        id,
        role,
        Map.of(),
        new Peer.StoreLocation("/nowhere", 1, 1, Peer.StoreLocation.NO_GROUP));
  }

  /** Returns the transport that the parts of this process use. */
  public PeerTransport peerTransport() {
    return peerTransport;
  }

  /** Passes a frame to the handler of its kind, as if it came from that process. */
  public void receive(NodeId from, byte[] frame) {
    peerTransport.router().received(from, frame);
  }

  /** Sets an action that runs, outside of all locks, whenever the membership is read. */
  public void onLook(Runnable action) {
    onLook = action;
  }

  /**
   * Removes all frames that have been sent and passes them on with their receivers, in the order of
   * each channel.
   */
  public void takeSent(BiConsumer<NodeId, byte[]> each) {
    inboxes.forEach((to, way) -> {
      while (way.hasMessages()) {
        var envelope = way.receiveMessage();
        if (envelope.sequence() > 0) {
          peerTransport.channels().acknowledged(to, envelope.sequence());
          each.accept(to, envelope.frame());
        }
      }
    });
  }

  /**
   * Removes all envelopes that have been sent, acknowledgements included, and passes them on in the
   * order of each channel.
   */
  void takeParcels(BiConsumer<NodeId, FrameEnvelope> each) {
    inboxes.forEach((to, way) -> {
      while (way.hasMessages()) {
        each.accept(to, way.receiveMessage());
      }
    });
  }

  /** Makes this process know another one. */
  public void join(Peer peer) {
    peers.put(peer.id(), peer);
    List.copyOf(listeners).forEach(listener -> listener.joined(peer));
  }

  /**
   * Makes this process hear that another one has left: first it is no member any more, then the
   * listeners hear of it.
   */
  public void leave(Peer peer, Runnable between) {
    if (peers.remove(peer.id()) != null) {
      between.run();
      List.copyOf(listeners).forEach(listener -> {
        listener.left(peer, "gone");
        between.run();
      });
      inboxes.remove(peer.id());
    }
  }

  @Override
  public Peer self() {
    return self;
  }

  @Override
  public Collection<Peer> peers() {
    return List.copyOf(peers.values());
  }

  @Override
  public @Nullable Peer peer(NodeId id) {
    onLook.run();
    return id.equals(self.id()) ? self : peers.get(id);
  }

  @Override
  @SuppressWarnings("unchecked")
  public <T> ActorRef<T> actor(Peer peer, String name) {
    return (ActorRef<T>)
        inboxes.computeIfAbsent(peer.id(), to -> TestInbox.create()).getRef();
  }

  @Override
  public void reportDead(NodeId id, String how) {}

  @Override
  public void subscribe(Listener listener) {
    listeners.add(listener);
  }

  @Override
  public NodeInfo.State statusOf(Peer peer) {
    return NodeInfo.State.ALIVE;
  }
}
