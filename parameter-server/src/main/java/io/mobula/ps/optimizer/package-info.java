/**
 * Optimizers, implemented as published, and learning rate schedules.
 *
 * <p>Everything here is an immutable value: arithmetic over arrays that the caller owns. Nothing
 * here keeps weights, counts steps, starts threads or knows of shards.
 */
@NullMarked
package io.mobula.ps.optimizer;

import org.jspecify.annotations.NullMarked;
