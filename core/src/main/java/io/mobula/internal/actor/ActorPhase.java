package io.mobula.internal.actor;

import java.util.EnumSet;
import java.util.Set;

/**
 * Phase of an actor as its owner sees it, from the wait for the constructor's arguments to the end.
 * {@link Event} is the table of transitions.
 */
enum ActorPhase {
  /** The constructor's arguments are not ready, or are searched for. */
  PREPARING,

  /** A lease is requested. */
  REQUESTING,

  /** The actor is sent to a node, which has not confirmed that it has the actor. */
  PLACING,

  /** The host has the actor. */
  ALIVE,

  /** The actor is dead, and its host may still run a method of it. */
  DYING,

  /** The durable actor has left nothing but its files, which this process deletes. */
  DELETING,

  /** The actor has left nothing. */
  ENDED;

  /** Event in the life of an actor: the phases in which it may happen, and the phase after it. */
  enum Event {
    /** A successor of the owner learns that a host has the actor, or may have it. */
    INHERITED(PLACING, PREPARING),
    /** The owner requests a lease. */
    LEASE_REQUESTED(REQUESTING, PREPARING),
    /** The ledger of this node grants the lease, and this node hosts the actor. */
    HOSTED_HERE(ALIVE, REQUESTING),
    /** Another node grants the lease, and gets the actor. */
    SENT(PLACING, REQUESTING),
    /** The node that grants the lease has left. */
    GRANTER_LEFT(PREPARING, REQUESTING),
    /** The host reports that it has the actor; it does so again to a new owner. */
    CONFIRMED(ALIVE, PLACING, ALIVE),
    /** The host does not have the actor, or has left, and the actor is placed again. */
    PLACEMENT_LOST(PREPARING, PLACING, ALIVE),
    /** The actor dies, and its host has not reported yet that nothing is left. */
    DIED(DYING, PLACING, ALIVE),
    /** The actor is dead, and nothing is left of it. */
    GONE(ENDED, PREPARING, REQUESTING, PLACING, ALIVE, DYING),
    /** The actor is dead, and nothing is left of it but files that this process must delete. */
    GONE_EXCEPT_FILES(DELETING, PREPARING, REQUESTING, PLACING, ALIVE, DYING),
    /** The files are deleted. */
    FILES_DELETED(ENDED, DELETING);

    private final ActorPhase next;

    @SuppressWarnings("ImmutableEnumChecker") // nothing changes the set
    private final Set<ActorPhase> possibleIn;

    Event(ActorPhase next, ActorPhase first, ActorPhase... more) {
      this.next = next;
      this.possibleIn = EnumSet.of(first, more);
    }
  }

  /**
   * Returns the phase after the event.
   *
   * @throws IllegalStateException when the event cannot happen in this phase
   */
  ActorPhase after(Event event) {
    if (!event.possibleIn.contains(this)) {
      throw new IllegalStateException(
          "Event " + event + " cannot happen to an actor that is " + this + ".");
    }
    return event.next;
  }

  /** Returns whether the actor is dead for good. */
  boolean isDead() {
    return compareTo(DYING) >= 0;
  }
}
