/**
 * Directory of the cluster's objects on Akka Cluster Sharding: where each object is, who holds it,
 * and who may reconstruct it.
 *
 * <h2>The problem</h2>
 *
 * A ref can be on any node, and the node that made an object may die. The nodes have to agree on
 * three things without a database: where an object can be read, when no node holds it any more so
 * that its memory can be freed, and which single node runs the task again after a loss. Messages
 * may be lost, repeated or late, and a shard that moves to another member forgets everything.
 *
 * <h2>The idea</h2>
 *
 * Each node is the only authority about itself. It keeps a versioned
 * {@link io.mobula.internal.directory.ObjectStatement} about every object that it holds, has or
 * produces, and repeats a statement until the object's shard has acknowledged it. A shard is only a
 * cache of these statements. When a shard starts, it gets a new incarnation and requests a snapshot
 * from every node, and so rebuilds everything that it has to know.
 *
 * <p>Inside one process, reachability counts the handles. The directory counts only participants:
 * nodes, and shards that hold the objects contained in values and read by lineage
 * ({@link io.mobula.internal.directory.DependencyHolds}). A ref on its way is covered by its
 * sender's hold until the receiver answers with its own hold statement, which the sender relays to
 * the shard when its own hold ends. A ref in a message that nobody answers is covered by a transit
 * hold, which ends by itself.
 *
 * <p>Digests compare, at intervals, what a node has stated with what a shard knows. They are a
 * safety net: the tests check that they find nothing.
 *
 * <h2>The invariants</h2>
 *
 * <ul>
 *   <li>An object is freed only if no participant and no transit holds it, and only by a shard that
 *       has the snapshots of all nodes and of all shards. A grace period covers statements that are
 *       still on their way.
 *   <li>A statement is applied as a whole. Adding one holder and removing another is one step.
 *   <li>A value is acknowledged only after the shards of all objects inside it have acknowledged
 *       the holds on them. Until then the node that published it pins them. So there is no moment
 *       in which nobody holds a contained object.
 *   <li>At most one attempt of an object is accepted at a time. Copies of other attempts are
 *       refused and dropped.
 *   <li>At most one node is granted an attempt to reconstruct an object at a time, and only by a
 *       shard incarnation that has the node's snapshot.
 *   <li>A statement counts only if its version is newer than what is known; the floor of a
 *       participant says up to which version everything is known.
 *   <li>No message grows with the number of objects: batches and snapshots have limits, and a large
 *       value's statement is split into fragments.
 * </ul>
 *
 * <h2>Who calls whom</h2>
 *
 * {@link io.mobula.internal.directory.ShardedDirectoryFactory} is found by
 * {@link java.util.ServiceLoader} and opens a
 * {@link io.mobula.internal.directory.ShardedDirectory}, which core calls from all threads. It
 * changes a {@link io.mobula.internal.directory.LocalDirectoryState} under that state's monitor and
 * wakes the {@link io.mobula.internal.directory.DirectoryAgent}. The agent sends statements
 * ({@link io.mobula.internal.directory.StatementTable}) and queries
 * ({@link io.mobula.internal.directory.PendingQueries}) through the shard router of
 * {@code hosting}. On the hosting member, a {@link io.mobula.internal.directory.DirectoryEntity}
 * passes them to its {@link io.mobula.internal.directory.DirectoryShard}, which keeps a
 * {@link io.mobula.internal.directory.ParticipantState} for each participant and
 * {@link io.mobula.internal.directory.ShardRecords} for the objects;
 * {@link io.mobula.internal.directory.AttemptResolver} decides which attempt counts. Answers go
 * back to the agent, which completes futures and calls core's listener without a lock.
 *
 * <p>All rules are in pure classes without Akka, clock or threads; the actors deliver and apply.
 * The package never reads a value, moves no bytes of sealed objects, and writes nothing to disk.
 * {@code docs/protocols.md} has the messages.
 */
@NullMarked
package io.mobula.internal.directory;

import org.jspecify.annotations.NullMarked;
