/**
 * Placement groups: bundles of resources that are reserved together or not at all, over the ledgers
 * of several nodes.
 *
 * <p>One scheduler of the cluster decides, in two phases; a keeper on each node reserves, and makes
 * a ledger of each bundle. Decisions and states are pure ({@code BundlePlanner},
 * {@code GroupSchedulerState}, {@code BundleReservations}); the actors around them ask and apply.
 * Never runs work, and never hands out what a ledger has not granted.
 */
@NullMarked
package io.mobula.internal.group;

import org.jspecify.annotations.NullMarked;
