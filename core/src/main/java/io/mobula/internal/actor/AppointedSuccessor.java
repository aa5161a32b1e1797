package io.mobula.internal.actor;

import io.mobula.NodeId;
import org.jspecify.annotations.Nullable;

/**
 * Successor of one actor's owner, from the owner's side: it is appointed, hears of each change, and
 * is replaced by a better one or dismissed. Confined to the owner's executor; any thread may ask
 * which node it is.
 */
final class AppointedSuccessor {
  private final ActorDescriptor descriptor;
  private final ActorCreationSpec spec;
  private final OwnedActors ownedActors;
  private volatile @Nullable NodeId node;

  AppointedSuccessor(ActorDescriptor descriptor, ActorCreationSpec spec, OwnedActors ownedActors) {
    this.descriptor = descriptor;
    this.spec = spec;
    this.ownedActors = ownedActors;
  }

  /** Returns the appointed node, or null. */
  @Nullable
  NodeId node() {
    return node;
  }

  /**
   * Sends the owner's state to the successor, or appoints another one: if this one has left, or
   * would be lost with the host while another node would not.
   */
  void update(ActorOwnerState ownerState) {
    var host = ownerState.address() == null ? null : ownerState.address().node();
    var present = node;
    var best = ownedActors.succession().chooseSuccessor(descriptor.id(), host);
    if (present != null
        && ownedActors.isMember(present)
        && (!present.equals(host) || present.equals(best))) {
      ownedActors.succession().update(present, descriptor.id(), ownerState);
      return;
    }
    dismiss();
    if (best != null) {
      node = best;
      ownedActors.succession().appoint(best, descriptor, spec, ownerState);
    }
  }

  /** Dismisses the successor, if there is one. */
  void dismiss() {
    var present = node;
    node = null;
    if (present != null) {
      ownedActors.succession().dismiss(present, descriptor.id());
    }
  }
}
