/**
 * Benchmark of one node: tasks, actor calls, put and get, beside baselines that do the same work by
 * other means.
 *
 * <p>{@code OneNodeBench} measures sections of rows in interleaved rounds and prints one table with
 * ratios and goals. {@code mobula bench one-node} runs it.
 */
@NullMarked
package io.mobula.jmh.onenode;

import org.jspecify.annotations.NullMarked;
