/**
 * Rows by key: the index from keys to rows, growing storage of rows, gradients summed by row and
 * applied in batches, and a sketch of the most frequent keys.
 *
 * <p>Independent of workers and steps; called by {@code io.mobula.ps.internal.shard} and by
 * workers. Everything here belongs to one thread at a time.
 */
@NullMarked
package io.mobula.ps.internal.row;

import org.jspecify.annotations.NullMarked;
