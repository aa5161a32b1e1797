/**
 * Benchmark of several processes: operations between JVMs of one host, and between two hosts, for
 * which network namespaces stand.
 *
 * <p>{@code ClusterBench} runs one class per table, such as {@code SharedReadBench} or
 * {@code NodeKillBench}. Each returns a {@code MeasuredTable}. The processes and directories that a
 * benchmark makes are removed when it ends.
 */
@NullMarked
package io.mobula.jmh.cluster;

import org.jspecify.annotations.NullMarked;
