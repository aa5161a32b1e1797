/**
 * How much of the heap a shard may fill: sizes are checked before memory is allocated. Knows
 * nothing of tables.
 */
@NullMarked
package io.mobula.ps.heap;

import org.jspecify.annotations.NullMarked;
