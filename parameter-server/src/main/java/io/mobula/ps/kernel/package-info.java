/**
 * The arithmetic of a range of numbers: element types, updates block by block, sums of gradients,
 * and those that wait for the end of their step.
 *
 * <p>Owns no weight that others see and no clock; called by {@code io.mobula.ps.shard}. Everything
 * here belongs to one thread at a time.
 */
@NullMarked
package io.mobula.ps.kernel;

import org.jspecify.annotations.NullMarked;
