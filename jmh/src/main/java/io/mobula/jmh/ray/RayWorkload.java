package io.mobula.jmh.ray;

import java.util.function.Function;

/**
 * Workload of {@code ray microbenchmark}.
 *
 * @param name Ray's name for the workload
 * @param unit what is counted
 * @param weight number of units in one run
 * @param setUp creates what is needed, and returns the run to be repeated
 */
record RayWorkload(
    String name, String unit, double weight, Function<WorkloadCluster, Runnable> setUp) {}
