package io.mobula.internal.cluster;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.ActorSystem;
import io.mobula.NodeId;
import io.mobula.info.NodeInfo;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Membership of a process without a cluster: it never has peers. */
public final class SingleNodeMembership implements Membership {
  /** Address of a process that does not listen. */
  public static final String ADDRESS = "local";

  private final ActorSystem<?> system;
  private final Peer self;

  /** Creates the membership of that process. */
  public SingleNodeMembership(ActorSystem<?> system, Peer self) {
    this.system = system;
    this.self = self;
  }

  @Override
  public Peer self() {
    return self;
  }

  @Override
  public Collection<Peer> peers() {
    return List.of();
  }

  @Override
  public @Nullable Peer peer(NodeId id) {
    return id.equals(self.id()) ? self : null;
  }

  @Override
  public <T> ActorRef<T> actor(Peer peer, String name) {
    return ActorRefResolver.get(system)
        .resolveActorRef("akka://" + system.name() + "/system/mobula-" + peer.id() + "/" + name);
  }

  @Override
  public void reportDead(NodeId id, String how) {}

  @Override
  public void subscribe(Listener listener) {}

  @Override
  public NodeInfo.State statusOf(Peer peer) {
    return NodeInfo.State.ALIVE;
  }
}
