package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.NodeId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Actors that this process has a part in, by its role: client, owner or host; and the nodes that
 * have taken over the ownership of some. Safe for all threads.
 */
final class KnownActors {
  private final NodeId self;
  private final Map<ActorId, ActorClient> clients = new ConcurrentHashMap<>();
  private final Map<ActorId, ActorOwner> owners = new ConcurrentHashMap<>();
  private final Map<ActorId, HostedActor> hosted = new ConcurrentHashMap<>();
  private final Map<ActorId, NodeId> newOwners = new ConcurrentHashMap<>();

  KnownActors(NodeId self) {
    this.self = self;
  }

  /** Returns the clients of this process, which {@link ActorClients} adds and removes. */
  Map<ActorId, ActorClient> clients() {
    return clients;
  }

  /** Returns the owners of this process, which {@link OwnedActors} adds and removes. */
  Map<ActorId, ActorOwner> owners() {
    return owners;
  }

  /** Returns the actors that live here, which {@link HostedActors} adds and removes. */
  Map<ActorId, HostedActor> hosted() {
    return hosted;
  }

  /** Returns this process's client of an actor, or null. */
  @Nullable
  ActorClient client(ActorId id) {
    return clients.get(id);
  }

  /** Returns the owner of an actor if it is in this process, or null. */
  @Nullable
  ActorOwner owner(ActorId id) {
    return owners.get(id);
  }

  /** Returns the actor's cell, or null if the actor does not live in this process. */
  @Nullable
  ActorCell cell(ActorId id) {
    var present = hosted.get(id);
    return present == null ? null : present.cell();
  }

  /** Returns the cell of that incarnation, or null if it does not live in this process. */
  @Nullable
  ActorCell cellAt(ActorAddress address, ActorId id) {
    var present = address.node().equals(self) ? hosted.get(id) : null;
    return present != null && present.address().equals(address) ? present.cell() : null;
  }

  // ---- who owns an actor

  /** Returns the current owner of an actor, as far as known here: its creator, or a successor. */
  NodeId ownerOf(ActorId id) {
    return newOwners.getOrDefault(id, new NodeId(id.node()));
  }

  /** Records that a successor has taken over an actor. */
  void setOwner(ActorId id, NodeId successor) {
    newOwners.put(id, successor);
  }

  /** Forgets the new owner of an actor if this process has no part in the actor. */
  void forgetOwner(ActorId id) {
    if (!clients.containsKey(id) && !hosted.containsKey(id) && !owners.containsKey(id)) {
      newOwners.remove(id);
    }
  }

  /** Returns a handle to an actor for other processes, which names no address. */
  ActorDescriptor.SerializedHandle serializedHandle(ActorDescriptor descriptor) {
    return new ActorDescriptor.SerializedHandle(descriptor, null, ownerOf(descriptor.id()));
  }
}
