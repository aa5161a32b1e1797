/**
 * The workloads of {@code ray microbenchmark}, under Ray's names and with its batch sizes, as a
 * program of Mobula's users would write them.
 */
@NullMarked
package io.mobula.jmh.ray;

import org.jspecify.annotations.NullMarked;
