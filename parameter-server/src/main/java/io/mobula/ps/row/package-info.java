/**
 * Rows by key: where the row of a key is, rows that grow in number, gradients that are summed by
 * row and applied in batches, and which keys come most.
 *
 * <p>Knows no worker and no step; called by {@code io.mobula.ps.shard} and by workers. Everything
 * here belongs to one thread at a time.
 */
@NullMarked
package io.mobula.ps.row;

import org.jspecify.annotations.NullMarked;
