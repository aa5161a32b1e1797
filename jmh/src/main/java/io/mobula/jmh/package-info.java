/**
 * Benchmarks of tasks, actor calls, put and get, beside baselines that do the same work by other
 * means.
 *
 * <p>{@code OneNodeBench} measures sections of rows in interleaved rounds and prints one table with
 * ratios and goals. Subpackages measure clusters, faults, recovery, the ledger, placement and the
 * parameter server, and compare with Ray. The JMH benchmarks are in the packages that they measure.
 *
 * <p>No test asserts a time.
 */
@NullMarked
package io.mobula.jmh;

import org.jspecify.annotations.NullMarked;
