package io.mobula.internal.actor;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.error.MobulaException;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.lane.NodeMessaging;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.placement.ClusterLeaseRequester;
import io.mobula.internal.placement.LeaseGranter;
import io.mobula.internal.sharing.ClusterObjects;
import io.mobula.internal.wait.WaitPoint;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Actors across nodes: puts the roles of this process together, client, owner, host and successor,
 * and tells them which processes join and leave. Safe for all threads; nothing blocks.
 */
public final class ActorCluster {
  private final BehaviorSpawner spawner;
  private final RoleServices shared;
  private final UnclaimedLeases leases = new UnclaimedLeases();
  private final HandedOverCheckpoints handedOver = new HandedOverCheckpoints();
  private final CheckpointReplicator replicator;
  private final HostedActors hostedActors;
  private final InboundCalls inboundCalls;
  private final EndRequests endRequests;
  private final OwnedActors ownedActors;
  private final OwnershipChanges changes;
  private final OwnershipSuccession succession;
  private final ActorClients clients;
  private final OpenActorQueries openActors;

  /** Parts of the node that carry frames. */
  public record Dependencies(
      ClusterObjects sharing, NodeMessaging messaging, LeaseGranter granter) {}

  private ActorCluster(
      ActorEngine engine, Dependencies dependencies, Duration grace, Duration roomLimit) {
    var localActors = engine.localActors();
    var copies = new CheckpointCopies();
    var records = new SuccessorRecords(copies);
    this.spawner = engine.spawner();
    this.shared = new RoleServices(
        localActors,
        new ActorPeers(dependencies, roomLimit),
        new KnownActors(localActors.services().store().node()));
    this.replicator = new CheckpointReplicator(shared, records, copies, handedOver);
    this.hostedActors = new HostedActors(shared, replicator, handedOver, leases);
    this.inboundCalls = new InboundCalls(shared);
    this.endRequests = new EndRequests(shared, records);
    this.ownedActors =
        new OwnedActors(shared, replicator, copies, endRequests, hostedActors, grace);
    this.changes = new OwnershipChanges(shared, ownedActors, hostedActors);
    this.succession = new OwnershipSuccession(shared, records, changes);
    this.clients = new ActorClients(shared, endRequests, changes);
    this.openActors = new OpenActorQueries(shared);
  }

  /**
   * Connects an engine to the cluster, and starts to handle frames about actors.
   *
   * @param grace how long an actor lives on when no process has a handle
   * @param roomLimit how long a call waits while too many bytes to a node are in flight
   */
  public static ActorCluster start(
      ActorEngine engine, Dependencies dependencies, Duration grace, Duration roomLimit) {
    var cluster = new ActorCluster(engine, dependencies, grace, roomLimit);
    dependencies.granter().host(ClusterLeaseRequester.Purpose.ACTOR, cluster::openLease);
    cluster.receive();
    engine.localActors().join(cluster);
    return cluster;
  }

  private LeaseGranter.LeaseUse openLease(NodeId submitter, long number, Lease lease) {
    return leases.add(submitter, number, lease)::run;
  }

  private void receive() {
    replicator.receive();
    hostedActors.receive();
    inboundCalls.receive();
    endRequests.receive();
    ownedActors.receive();
    changes.receive();
    succession.receive();
    clients.receive();
    openActors.receive();
    spawner.connect(shared.peers(), leases);
    shared.peers().messaging().membership().subscribe(new Membership.Listener() {
      @Override
      public void joined(Peer peer) {
        ownedActors.joined();
        clients.joined(peer.id());
      }

      @Override
      public void left(Peer peer, String how) {
        onLeft(peer.id(), peer + ": " + how);
      }
    });
  }

  /** Returns how long an actor whose owner has died waits for its successor. */
  public static Duration successionLimit() {
    return ActorConnection.SUCCESSION;
  }

  private void onLeft(NodeId node, String who) {
    hostedActors.left(node, who);
    handedOver.left(node);
    spawner.left(node, who);
    succession.left(node);
    changes.left(node);
    ownedActors.left(node, who);
    clients.left(node, who);
  }

  ActorPeers peers() {
    return shared.peers();
  }

  KnownActors known() {
    return shared.known();
  }

  /** Returns the clients of this process, which make handles. */
  ActorClients clients() {
    return clients;
  }

  /** Returns the queries to owners whether their actors take calls. */
  OpenActorQueries openActors() {
    return openActors;
  }

  /** Returns the actors that this process owns. */
  OwnedActors ownedActors() {
    return ownedActors;
  }

  /** Returns the point that a call of another process waits for here, or null if it is not here. */
  public @Nullable WaitPoint pendingHere(NodeId from, ObjectId call) {
    return inboundCalls.pendingHere(from, call);
  }

  /** Sends calls of other processes that have not started back, as this node is about to leave. */
  void leave() {
    inboundCalls.leave();
  }

  /** Fails the calls of this process; the engine ends the actors here. */
  void close(Supplier<MobulaException> why) {
    clients.close(why);
  }
}
