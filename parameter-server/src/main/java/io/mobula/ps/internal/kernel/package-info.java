/**
 * Arithmetic on ranges of numbers: number types, block-wise updates, sums of gradients, and
 * gradients that wait for the end of their step.
 *
 * <p>It holds no published weights and no clocks; called by {@code io.mobula.ps.internal.shard}.
 * Everything here belongs to one thread at a time.
 */
@NullMarked
package io.mobula.ps.internal.kernel;

import org.jspecify.annotations.NullMarked;
