package io.mobula.jmh.ray;

import java.util.function.Function;

/**
 * One of Ray's workloads.
 *
 * @param name Ray's name for it
 * @param unit what is counted
 * @param weight how many of those one run counts for
 * @param setUp makes what is needed, and gives what is repeated
 */
record RayWorkload(
    String name, String unit, double weight, Function<WorkloadCluster, Runnable> setUp) {}
