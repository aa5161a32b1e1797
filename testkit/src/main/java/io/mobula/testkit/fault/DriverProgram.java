package io.mobula.testkit.fault;

import io.mobula.MobulaRuntime;
import java.util.List;

/**
 * What a driver does in a process of its own, which a {@link FaultTestCluster} starts, a plan
 * kills, and the cluster starts again: {@link FaultTestCluster.Builder#killedDriver}. Has a
 * constructor without arguments.
 */
@FunctionalInterface
public interface DriverProgram {
  /**
   * Works until the process is killed, or the runtime is closed because the cluster is to rest.
   *
   * @param runtime a driver of the cluster
   * @param arguments those that the cluster was built with
   */
  void run(MobulaRuntime runtime, List<String> arguments) throws Exception;
}
