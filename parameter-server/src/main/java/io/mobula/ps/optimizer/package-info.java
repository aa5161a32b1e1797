/**
 * Optimizers: what turns gradients into changes of weights, as each was published, and the
 * schedules of their learning rates.
 *
 * <p>Everything here is a value: arithmetic over arrays that others own. Nothing here keeps a
 * weight, counts a step, starts a thread or knows of shards.
 */
@NullMarked
package io.mobula.ps.optimizer;

import org.jspecify.annotations.NullMarked;
