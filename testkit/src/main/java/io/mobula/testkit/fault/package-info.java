/**
 * Programs under faults: a seeded plan of kills, pauses and hostile work, a cluster of processes
 * that it is carried out on, a recorded history of what a workload did, and the check of that
 * history.
 *
 * <p>{@link FaultPlan} decides what happens when and to whom; {@link FaultTestCluster} has the
 * nodes and carries it out; {@link History} records; {@link HistoryChecker} judges, as a pure
 * function. Nothing here knows a workload. Nodes are started as Mobula starts its own child
 * processes.
 */
@NullMarked
package io.mobula.testkit.fault;

import org.jspecify.annotations.NullMarked;
