/**
 * Comparison with Ray: the workloads of {@code ray microbenchmark}, under Ray's names and with its
 * batch sizes, written as a user of Mobula would write them. Further classes compare two builds of
 * Mobula, and measure scale.
 */
@NullMarked
package io.mobula.jmh.ray;

import org.jspecify.annotations.NullMarked;
