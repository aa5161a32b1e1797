/**
 * Root of the benchmarks; it has no classes of its own.
 *
 * <ul>
 *   <li>{@code micro} has the benchmarks by JMH.
 *   <li>{@code onenode}, {@code cluster}, {@code faults}, {@code ledger}, {@code placement},
 *       {@code ps} and {@code recovery} measure whole nodes and clusters with a harness of their
 *       own.
 *   <li>{@code ray} has the workloads of Ray's own benchmarks and compares their rates.
 *   <li>{@code ways} counts the files that a task, an object, an actor call and a push enter.
 *   <li>{@code measure} has what all of them share.
 * </ul>
 *
 * <p>No test asserts a time.
 */
@NullMarked
package io.mobula.jmh;

import org.jspecify.annotations.NullMarked;
