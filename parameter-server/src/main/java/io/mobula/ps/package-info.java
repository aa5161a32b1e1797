/**
 * Parameter server: tables of weights, sharded over actors, that many workers push to and pull
 * from.
 *
 * <p>{@link io.mobula.ps.ParameterServer} is the owner's handle; {@link io.mobula.ps.DenseTable}
 * and {@link io.mobula.ps.SparseTable} are what it creates and what is passed to tasks and actors;
 * {@link io.mobula.ps.DenseWorker} and {@link io.mobula.ps.SparseWorker} are the clients of the
 * tables. The public types of this package, and of {@code clock}, {@code compression},
 * {@code optimizer} and {@code error} below it, are the public API; all others are in
 * {@code io.mobula.ps.internal}. {@link io.mobula.ps.internal.shard} describes how the shards work.
 *
 * <p>The module uses the public API of Mobula, and of its internals nothing but the file operations
 * of {@code DurableFiles}.
 */
@NullMarked
package io.mobula.ps;

import org.jspecify.annotations.NullMarked;
