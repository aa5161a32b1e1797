package io.mobula.internal.actor;

import io.mobula.NodeId;
import io.mobula.internal.checkpoint.CheckpointVersion;
import io.mobula.internal.placement.LeaseSource;
import org.jspecify.annotations.Nullable;

/**
 * Latest incarnation of an actor as its owner knows it: the address, the checkpoint that it starts
 * from, how often the actor was restarted, and the lease at another node. Confined to the owner's
 * executor.
 */
final class OwnedIncarnation {
  private int number;
  private int restarts;
  private @Nullable ActorAddress address;
  private CheckpointVersion checkpoint = CheckpointVersion.NONE;
  private boolean leased; // by the node of the address
  private long lease;

  /** Returns how often the actor has been placed. */
  int number() {
    return number;
  }

  int restarts() {
    return restarts;
  }

  /** Returns the present or next address, until its host has nothing of the actor any more. */
  @Nullable
  ActorAddress address() {
    return address;
  }

  /** Returns whether a report from that address is about this incarnation. */
  boolean isAt(ActorAddress from) {
    return from.equals(address);
  }

  /** Begins an incarnation on a node that needs no lease of another node. */
  ActorAddress beginAt(NodeId node) {
    var next = new ActorAddress(node, ++number);
    address = next;
    leased = false;
    return next;
  }

  /** Begins an incarnation on another node, which has granted that lease. */
  ActorAddress beginAt(NodeId node, long granted) {
    var next = beginAt(node);
    leased = true;
    lease = granted;
    return next;
  }

  /** Releases the lease at the other node, if there is one and it was not released before. */
  void releaseLease(LeaseSource source) {
    var at = address;
    if (leased && at != null) {
      leased = false;
      source.release(at.node(), lease);
    }
  }

  /** Forgets the address, as its host has nothing of the actor, or is lost. */
  void lose() {
    address = null;
  }

  /** Sets how often the actor has been restarted or recreated. */
  void setRestarts(int times) {
    restarts = times;
  }

  void setCheckpoint(CheckpointVersion saved) {
    checkpoint = saved;
  }

  /** Takes over what the former owner knew. */
  void inherit(ActorOwnerState from) {
    number = from.incarnation();
    restarts = from.restarts();
    checkpoint = from.checkpoint();
    address = from.address();
  }

  /**
   * Returns the state for the owner's successor.
   *
   * @param confirmed whether the host has confirmed that it has the actor
   */
  ActorOwnerState ownerState(boolean confirmed) {
    return new ActorOwnerState(number, restarts, address, confirmed, checkpoint);
  }

  /** Returns the actor's history for the host, with the state if the store of this node has it. */
  IncarnationSpec.History history(@Nullable ReplicatedCheckpoint state) {
    return new IncarnationSpec.History(number, restarts, checkpoint, state);
  }

  /** Returns the number of the last incarnation that is lost, zero if none is. */
  int lastLost() {
    return address == null ? number : number - 1;
  }
}
