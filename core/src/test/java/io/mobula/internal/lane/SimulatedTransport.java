package io.mobula.internal.lane;

import akka.actor.testkit.typed.javadsl.TestInbox;
import akka.actor.typed.ActorRef;
import io.mobula.NodeId;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.cluster.PeerStatus;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The lanes of one process of a simulated cluster: what it sends is handed to the simulation in
 * order, and its members come and go as that says. For one thread.
 */
public final class SimulatedTransport implements Membership {
  private final Peer self;
  private final Map<NodeId, Peer> peers = new LinkedHashMap<>();
  private final Map<NodeId, TestInbox<FrameEnvelope>> inboxes = new LinkedHashMap<>();
  private final List<Listener> listeners = new ArrayList<>();
  private final PeerTransport peerTransport;
  private Runnable onLook = () -> {};

  /** It has met nobody. */
  public SimulatedTransport(Peer self) {
    this.self = self;
    this.peerTransport = new PeerTransport(this);
  }

  /** A process of a cluster. */
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

  /** What its parts send through. */
  public PeerTransport peerTransport() {
    return peerTransport;
  }

  /** Runs this whenever somebody looks whether a process is a member, outside of all locks. */
  public void onLook(Runnable action) {
    onLook = action;
  }

  /** Takes out all that has been sent, to whom and what, in the order of each way. */
  public void takeSent(BiConsumer<NodeId, byte[]> each) {
    inboxes.forEach((to, way) -> {
      while (way.hasMessages()) {
        var envelope = way.receiveMessage();
        if (envelope.sequence() > 0) {
          peerTransport.acknowledged(to, envelope.sequence());
          each.accept(to, envelope.frame());
        }
      }
    });
  }

  /** Takes out all that it has sent, acknowledgements too, in the order of each way. */
  void takeParcels(BiConsumer<NodeId, FrameEnvelope> each) {
    inboxes.forEach((to, way) -> {
      while (way.hasMessages()) {
        each.accept(to, way.receiveMessage());
      }
    });
  }

  /** It meets another process. */
  public void join(Peer peer) {
    peers.put(peer.id(), peer);
    List.copyOf(listeners).forEach(listener -> listener.joined(peer));
  }

  /** It hears that another has left: first it is no member any more, then the listeners hear it. */
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
  public PeerStatus statusOf(Peer peer) {
    return PeerStatus.ALIVE;
  }
}
