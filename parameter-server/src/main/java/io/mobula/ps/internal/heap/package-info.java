/**
 * Admission control for the heap of a shard's process: sizes are checked before memory is
 * allocated. Independent of tables.
 */
@NullMarked
package io.mobula.ps.internal.heap;

import org.jspecify.annotations.NullMarked;
