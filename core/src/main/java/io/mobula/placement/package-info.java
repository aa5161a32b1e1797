/**
 * Resources and places: what work requests, where it may run, and groups of bundles that are
 * reserved together.
 *
 * <p>Values and builders only; the ledgers and the scheduler behind them are internal.
 */
@NullMarked
package io.mobula.placement;

import org.jspecify.annotations.NullMarked;
