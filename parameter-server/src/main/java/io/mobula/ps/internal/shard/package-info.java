/**
 * One shard of a parameter server, its replicas, and the catalog of all shards.
 *
 * <h2>The problem</h2>
 *
 * <p>The weights of a model may exceed one process, and many workers change them at the same time.
 * A worker's gradient has to be applied exactly once although messages are repeated, shards die,
 * and tables move between shards. How far a fast worker may run ahead of a slow one is the user's
 * choice, and neither replication nor checkpoints may stop the workers.
 *
 * <h2>The idea</h2>
 *
 * <p>A {@link io.mobula.ps.internal.shard.ShardActor} owns a range of every dense table and a
 * subset of the keys of every sparse table. It is an actor with its own thread, so that its state
 * needs no locks. {@code ShardTables} holds one part for each table: a {@code DenseShard} with
 * weights and optimizer state by range, or a {@code SparseShard} with rows by key. Frames
 * ({@link io.mobula.ps.internal.shard.DenseFrame}, {@link io.mobula.ps.internal.shard.SparseFrame})
 * are read in place where they lie in the store, and large weights are published as sealed versions
 * that all readers share.
 *
 * <p>A push carries its {@link io.mobula.ps.internal.shard.PushOrigin}: worker, sequence number,
 * step and layout. The shard applies the push at once, or keeps the gradient until all workers have
 * ended the step (bulk synchronous). The {@code StalenessGate} answers a pull when the table's
 * consistency rule allows the worker to read.
 *
 * <p>{@code ShardReplicator} forwards each change to the
 * {@link io.mobula.ps.internal.shard.ReplicaActor}s, which apply it in the same order; a push is
 * acknowledged when they have. A restarted shard takes its state from a replica, else from a
 * checkpoint. To reshard, shards freeze their tables, send {@code ShardSnapshot}s to the owners in
 * the next {@link io.mobula.ps.internal.shard.ShardLayout}, and the catalog makes that layout valid
 * for all tables at once. The same snapshots are copied to replicas and written to the files of
 * checkpoints.
 *
 * <h2>The invariants</h2>
 *
 * <ul>
 *   <li>A push changes a shard at most once. The shard records the sequence number after nothing
 *       can fail any more, and keeps those of the previous layout for repeated pushes.
 *   <li>A request allocates its memory before it changes anything, so one that fails for want of
 *       memory changes nothing. A request that fails with an {@code Error} leaves the shard alive.
 *       A user's optimizer that throws midway may have changed some rows or some of its state.
 *   <li>The steps of a bulk synchronous table are applied in order, each with the gradients of all
 *       workers, combined in the order of the workers' ranks. A step that cannot be applied is kept
 *       and tried again.
 *   <li>A shard serves one layout; a request for another is refused with
 *       {@link io.mobula.ps.internal.shard.ParametersMovedException}, which says whether a push
 *       that came with the request had been applied before.
 *   <li>A layout becomes valid for all tables or for none, and only if no shard was restarted
 *       during the move.
 *   <li>The epoch of a shard increases with each start; replicas reject changes of an older epoch.
 *   <li>Everything belongs to the thread of its actor, unless a type says otherwise.
 * </ul>
 *
 * <h2>Who calls whom</h2>
 *
 * <p>Tables and workers in {@code io.mobula.ps} call {@link io.mobula.ps.internal.shard.ShardActor}
 * for data and {@link io.mobula.ps.internal.shard.CatalogActor} for the layout. The owner
 * ({@code ParameterServer}) starts the actors, fills the catalog, and coordinates checkpoints and
 * moves. A shard calls the catalog when it starts, its replicas on each change, and other shards
 * during a move. The packages beside this one have no actors: {@code clock} (consistency rules and
 * worker clocks), {@code kernel} and {@code row} (arithmetic), {@code checkpoint} (files),
 * {@code heap} (admission of allocations). Nothing here is public API.
 */
@NullMarked
package io.mobula.ps.internal.shard;

import org.jspecify.annotations.NullMarked;
