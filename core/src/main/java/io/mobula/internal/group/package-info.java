/**
 * Placement groups: bundles of resources that are reserved together or not at all, on one or
 * several nodes.
 *
 * <p>One scheduler in the cluster decides by two-phase commit ({@code GroupScheduler}, an Akka
 * cluster singleton). An agent in each process ({@code GroupAgent}) reserves bundles of its node's
 * ledger and opens a ledger for each committed bundle. All decisions are pure state machines and
 * functions ({@code BundlePlanner}, {@code GroupSchedulerState}, {@code GroupCommits},
 * {@code BundleReservations}); the actors around them carry out the effects.
 * {@code PlacementGroupService} is what the node sees of all that: it starts the actors
 * ({@code GroupActors}) and asks the scheduler for users ({@code GroupSchedulerClient}). Nothing is
 * stored: a scheduler that starts on another node learns the groups from the agents' reports. This
 * package runs no work, and grants nothing that a ledger has not granted.
 */
@NullMarked
package io.mobula.internal.group;

import org.jspecify.annotations.NullMarked;
