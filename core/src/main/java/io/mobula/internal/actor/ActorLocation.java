package io.mobula.internal.actor;

import io.mobula.NodeId;
import org.jspecify.annotations.Nullable;

/**
 * Location of an actor as one client knows it. It never goes back to an incarnation that is lost.
 * Confined to the client's executor; any thread may ask for the address.
 */
final class ActorLocation {
  private volatile @Nullable ActorAddress address;
  private @Nullable ActorAddress unmetAddress;
  private int lastLostIncarnation;

  /** Returns the address that calls are sent to, or null if the actor is not placed. */
  @Nullable
  ActorAddress address() {
    return address;
  }

  /** Returns whether the address is of a later incarnation than all that are known. */
  boolean isNews(ActorAddress at) {
    var present = address;
    return at.incarnation() > lastLostIncarnation
        && (present == null || at.incarnation() > present.incarnation());
  }

  /** Sets the address, which must be {@linkplain #isNews news}. */
  void moveTo(ActorAddress at) {
    unmetAddress = null;
    address = at;
  }

  /** Forgets the address if it is of this incarnation or an earlier one, as those are lost. */
  void lose(int incarnation) {
    lastLostIncarnation = Math.max(lastLostIncarnation, incarnation);
    var present = address;
    if (present != null && present.incarnation() <= lastLostIncarnation) {
      address = null;
    }
  }

  /** Keeps an address on a node that this process has not met, in place of an earlier one. */
  void keepUnmet(ActorAddress at) {
    unmetAddress = at;
  }

  /** Returns the kept address if it is on that node, which has joined, else null. */
  @Nullable
  ActorAddress unmetOn(NodeId node) {
    var at = unmetAddress;
    return at != null && at.node().equals(node) ? at : null;
  }

  /** Drops the address on a node that this process has not met. */
  void dropUnmet() {
    unmetAddress = null;
  }
}
