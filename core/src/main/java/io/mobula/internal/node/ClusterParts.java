package io.mobula.internal.node;

import io.mobula.internal.actor.LocalActorNames;
import io.mobula.internal.cluster.ClusterMembership;
import io.mobula.internal.lane.PeerTransport;
import io.mobula.internal.memory.ProgressThread;
import io.mobula.internal.placement.ClusterLeaseSource;
import io.mobula.internal.placement.ClusterResourceView;
import io.mobula.internal.placement.HybridPolicy;
import io.mobula.internal.placement.LeaseGranter;
import io.mobula.internal.placement.PolicyNodeChooser;
import io.mobula.internal.sharing.ClusterObjects;
import io.mobula.spi.ActorNameDirectory;
import io.mobula.spi.ActorNameDirectoryFactory;
import io.mobula.spi.PlacementPolicy;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * Parts that a node has only in a cluster and that its engines are built on. They exchange nothing
 * with other nodes before {@link ClusterServices#open}.
 *
 * @param progress shows other processes of the host that this one makes progress
 * @param views the resource view of the cluster
 * @param transport frames to and from other processes
 * @param objects objects that other processes share
 * @param granter grants leases to other nodes
 * @param leaseSource gets leases of all nodes for this node's work
 * @param names the names of actors, unique in the cluster if the module for that is present
 */
record ClusterParts(
    ClusterMembership membership,
    ProgressThread progress,
    ClusterResourceView views,
    PeerTransport transport,
    ClusterObjects objects,
    LeaseGranter granter,
    ClusterLeaseSource leaseSource,
    ActorNameDirectory names) {

  /** Creates the parts of a member of a cluster. */
  static ClusterParts create(
      LocalParts local, ClusterMembership membership, ProgressThread progress) {
    var settings = local.settings();
    var views = new ClusterResourceView(membership, local.ledger(), local.objects()::usage);
    var chooser = new PolicyNodeChooser(
        membership.self().id(),
        load(PlacementPolicy.class).orElseGet(HybridPolicy::new),
        views,
        local.groups());
    var transport = new PeerTransport(membership);
    local.objects().setSpinWait(transport.spinWait());
    var objects = new ClusterObjects(
        local.objects(), local.memory(), transport, settings.limits().inlineLimit(), local.timer());
    var granter =
        new LeaseGranter(local.ledger(), transport, chooser::findRedirect, local.groups());
    var leaseSource = new ClusterLeaseSource(
        local.ledger(),
        transport,
        granter,
        new ClusterLeaseSource.PlacementRules(
            chooser,
            views::queued,
            local.groups(),
            settings.unschedulableTimeout(),
            local.timer()));
    return new ClusterParts(
        membership, progress, views, transport, objects, granter, leaseSource, names(local));
  }

  private static ActorNameDirectory names(LocalParts local) {
    var system = local.system();
    return load(ActorNameDirectoryFactory.class)
        .map(factory -> factory.open(new ActorNameDirectoryFactory.Setup(
            system,
            new ClusterPeersAdapter(local.membership()),
            local.spawner(),
            system.settings().config())))
        .orElseGet(LocalActorNames::new);
  }

  /** Returns the implementation of a port that is on the class path, if there is one. */
  static <T> Optional<T> load(Class<T> port) {
    return ServiceLoader.load(port, ClusterParts.class.getClassLoader()).findFirst();
  }
}
