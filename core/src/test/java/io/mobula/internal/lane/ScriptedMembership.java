package io.mobula.internal.lane;

import akka.actor.typed.ActorRef;
import io.mobula.NodeId;
import io.mobula.info.NodeInfo;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Membership that changes as a test says; frames to all members go to one actor. */
final class ScriptedMembership implements Membership {
  private final ActorRef<FrameEnvelope> inbox;
  private final Peer self;
  private final List<Peer> present;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();

  ScriptedMembership(ActorRef<FrameEnvelope> way, Peer self, Peer... others) {
    this.inbox = way;
    this.self = self;
    this.present = new CopyOnWriteArrayList<>(others);
  }

  /** Removes a member, without telling the listeners yet. */
  void remove(Peer peer) {
    present.remove(peer);
  }

  /** Tells all listeners in order that the member has left. */
  void tellLeft(Peer peer) {
    listeners.forEach(listener -> listener.left(peer, "gone"));
  }

  void leave(Peer peer) {
    remove(peer);
    tellLeft(peer);
  }

  void join(Peer peer) {
    present.add(peer);
    listeners.forEach(listener -> listener.joined(peer));
  }

  @Override
  public Peer self() {
    return self;
  }

  @Override
  public Collection<Peer> peers() {
    return present;
  }

  @Override
  public Peer peer(NodeId id) {
    return id.equals(self.id())
        ? self
        : present.stream().filter(each -> each.id().equals(id)).findFirst().orElse(null);
  }

  @Override
  @SuppressWarnings("unchecked")
  public <T> ActorRef<T> actor(Peer peer, String name) {
    return (ActorRef<T>) inbox;
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
