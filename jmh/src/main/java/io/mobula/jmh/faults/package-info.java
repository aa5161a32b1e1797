/**
 * Fault tests: a mixed workload on a cluster under a seeded plan of faults, and the check of its
 * history.
 *
 * <p>{@code FaultBench} runs for minutes, {@code SoakBench} for hours. {@code MixedWorkload} runs
 * random scenarios ({@code TaskScenarios}, {@code ActorScenarios}, {@code ObjectScenarios},
 * {@code GroupScenarios}), each within a {@code WorkloadSession} that records operations and
 * outcomes. The plan, the cluster and the checker are those of {@code io.mobula.testkit.fault},
 * which users have, too.
 */
@NullMarked
package io.mobula.jmh.faults;

import org.jspecify.annotations.NullMarked;
