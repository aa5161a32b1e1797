/**
 * Fault injection for programs on a cluster: a seeded plan of kills, pauses and misbehaving tasks,
 * a cluster of processes that executes the plan, a recorded history of the workload, and a checker
 * of that history.
 *
 * <p>{@link FaultPlan} decides which fault happens when and on which node; {@link FaultTestCluster}
 * has the nodes and executes the plan; {@link History} records the operations;
 * {@link HistoryChecker} checks them, as a pure function. This package is independent of the
 * workload. Nodes are started as Mobula starts its own child processes.
 */
@NullMarked
package io.mobula.testkit.fault;

import org.jspecify.annotations.NullMarked;
