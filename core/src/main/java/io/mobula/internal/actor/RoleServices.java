package io.mobula.internal.actor;

import io.mobula.internal.store.ObjectStore;

/**
 * Parts of one process that its roles for the actors of a cluster share: client, owner, host and
 * successor of an owner.
 *
 * @param localActors the cells of this process
 * @param peers the processes of the cluster
 * @param known the actors that this process has a part in
 */
record RoleServices(LocalActors localActors, ActorPeers peers, KnownActors known) {

  ActorServices services() {
    return localActors.services();
  }

  ObjectStore store() {
    return localActors.services().store();
  }
}
