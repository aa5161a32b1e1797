/**
 * Actors: creation, placement, calls, restarts and checkpoints of users' stateful objects.
 *
 * <h2>The problem</h2>
 *
 * <p>A user's object shall live on some node of the cluster, run its calls one at a time in each
 * caller's order, survive the loss of its host if the user asks for it, and end when no handle to
 * it is left anywhere. Callers must learn of each call whether it ran, did not run, or may have
 * run.
 *
 * <h2>The idea</h2>
 *
 * <p>Four roles divide the work, and any node can have each of them for an actor:
 *
 * <ul>
 *   <li>The <em>owner</em> ({@link io.mobula.internal.actor.ActorOwner}) requests a lease for the
 *       actor, sends the actor to the node that granted it, counts the processes with handles, and
 *       decides about restarts and the end. At first the node that created the actor owns it. For a
 *       detached actor that may be restarted, the owner appoints a <em>successor</em>
 *       ({@link io.mobula.internal.actor.AppointedSuccessor}), which takes over when the owner
 *       leaves ({@link io.mobula.internal.actor.OwnershipSuccession}).
 *   <li>The <em>host</em> ({@link io.mobula.internal.actor.HostedActors}) has the actor. An
 *       {@link io.mobula.internal.actor.ActorCell} is the part that all threads see: the calls and
 *       the lifecycle. An {@link io.mobula.internal.actor.ActorBehavior} is an Akka typed actor and
 *       the only code that touches the user's object.
 *   <li>A <em>client</em> ({@link io.mobula.internal.actor.ActorClient}) exists in every process
 *       with handles, one for each actor. Its {@link io.mobula.internal.actor.ActorConnection}
 *       keeps calls while the actor is not placed, sends them in each caller's order, and repeats
 *       them when the host is lost.
 *   <li>The <em>directory of names</em> is a port; {@link io.mobula.internal.actor.ActorNameClient}
 *       calls it.
 * </ul>
 *
 * <p>Each placement of an actor is an <em>incarnation</em>, and an
 * {@link io.mobula.internal.actor.ActorAddress} is a node and an incarnation. Frames carry the
 * incarnation, so that messages for a lost incarnation have no effect on the next one. On a node
 * without a cluster there are neither owners nor clients: handles call the cell directly.
 *
 * <p>An actor that saves checkpoints ({@link io.mobula.internal.actor.ActorCheckpointer}) keeps
 * with its state a table of the calls that the state contains
 * ({@link io.mobula.internal.actor.AppliedCalls}), as in RIFL: a repeated call is answered from the
 * table and not run twice. Checkpoints are files, or copies in the object stores of host, owner and
 * successor.
 *
 * <h2>The invariants</h2>
 *
 * <ul>
 *   <li>The owner counts at most one incarnation as alive, and tells holders its address only after
 *       the host has confirmed that it has the actor.
 *   <li>Calls of one caller to one incarnation start in the order they were made. A call whose
 *       arguments are not ready delays only its caller's later calls.
 *   <li>A call that was rejected, or never sent, has not run; the client sends it again, or fails
 *       it saying so. A call whose host was lost is repeated at most {@code maxCallRetries} times
 *       and otherwise fails, saying that it may have run.
 *   <li>A checkpoint of an older term never replaces one of a later term.
 *   <li>A handle keeps its actor alive while it is reachable, in whichever process; the handle that
 *       an actor has of itself does not. An actor that is not detached ends some time after the
 *       last one.
 *   <li>Only the actor's own thread, or with {@code maxConcurrency} above one its pool threads,
 *       touches the user's object; no lock is held meanwhile.
 * </ul>
 *
 * <h2>Who calls whom</h2>
 *
 * <p>The node's runtime calls {@link io.mobula.internal.actor.ActorEngine}, which has
 * {@link io.mobula.internal.actor.ActorCreator} create actors,
 * {@link io.mobula.internal.actor.ActorLookup} find them by name, and
 * {@link io.mobula.internal.actor.ActorFiles} save them. The cells of a process are in
 * {@link io.mobula.internal.actor.LocalActors}. What all of these use is in
 * {@link io.mobula.internal.actor.ActorServices}, which knows none of them.
 *
 * <p>{@link io.mobula.internal.actor.ActorCluster} puts the roles of a process together. A role
 * knows those that are listed before it, and finds the actors of all roles in
 * {@link io.mobula.internal.actor.KnownActors}:
 *
 * <ol>
 *   <li>{@link io.mobula.internal.actor.CheckpointReplicator}: copies of checkpoints.
 *   <li>{@link io.mobula.internal.actor.HostedActors} and
 *       {@link io.mobula.internal.actor.InboundCalls}: the actors here, with reports to their
 *       owners ({@link io.mobula.internal.actor.OwnerReports}), and the calls of other processes.
 *   <li>{@link io.mobula.internal.actor.EndRequests}: what users and owners want ended.
 *   <li>{@link io.mobula.internal.actor.OwnedActors}: the owners here.
 *   <li>{@link io.mobula.internal.actor.OwnershipChanges} and
 *       {@link io.mobula.internal.actor.OwnershipSuccession}: the new owners of actors whose owner
 *       is gone.
 *   <li>{@link io.mobula.internal.actor.ActorClients}: the clients here.
 * </ol>
 *
 * <p>They exchange frames ({@link io.mobula.internal.actor.ActorFrames}) through
 * {@link io.mobula.internal.actor.ActorPeers}. The owner follows an actor through its phases
 * ({@link io.mobula.internal.actor.ActorPhase}). Client and host keep each caller's order
 * ({@link io.mobula.internal.actor.CallerOrder}). Each owner, and each client with its connection,
 * runs on a {@link io.mobula.internal.actor.SerialExecutor} of its own, where nothing blocks. The
 * package uses {@code call} for bound calls, {@code placement} for leases, {@code sharing} for
 * values in frames, and {@code checkpoint} for files.
 * {@link io.mobula.internal.actor.BehaviorSpawner} is apart: it starts users' own Akka behaviors on
 * a node, with a lease.
 *
 * <h2>Why this is one package</h2>
 *
 * <p>A division into references, clients, owners, hosts and the engine was measured by the names
 * that the files use, when there were 60: 33 types would have become public. The roles find each
 * other's actors in one table, and a call within a process goes from the client straight to the
 * cell. So the four roles share a package, and no type of theirs is public but what the node uses.
 */
@NullMarked
package io.mobula.internal.actor;

import org.jspecify.annotations.NullMarked;
