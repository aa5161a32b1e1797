package io.mobula.testkit.fault;

import io.mobula.MobulaRuntime;
import java.util.List;

/**
 * Program of a driver process that a {@link FaultTestCluster} starts, a plan kills, and the cluster
 * starts again: {@link FaultTestCluster.Builder#killedDriver}. Has a constructor without
 * parameters.
 */
@FunctionalInterface
public interface DriverProgram {
  /**
   * Runs the workload until the process is killed, or the runtime is closed because the cluster
   * should become idle.
   *
   * @param runtime a driver of the cluster
   * @param arguments arguments that the cluster was built with
   */
  void run(MobulaRuntime runtime, List<String> arguments) throws Exception;
}
