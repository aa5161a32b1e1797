package io.mobula.internal.job;

import io.mobula.internal.execution.RuntimeEnvironment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Settings for the jars of jobs, and for the worker processes of a node.
 *
 * @param ship jars and directories that this job's work needs
 * @param environment the jars that this worker process was started with, or null
 * @param cache the directory for cached jars, or null for the temporary directory
 * @param workerSettings settings of the worker processes for jars of jobs
 * @param staticWorkers the static worker processes of this node
 * @param weight the share of a contended node, relative to other jobs
 * @param overrides the settings of this process that differ from the defaults, for its workers
 */
public record JobSettings(
    List<Path> ship,
    @Nullable RuntimeEnvironment environment,
    @Nullable Path cache,
    WorkerSettings workerSettings,
    StaticWorkers.Spec staticWorkers,
    double weight,
    Map<String, Object> overrides) {
  /** Setting by which a worker process learns whose store's capacity it shares. */
  static final String PARENT_STORE_KEY = "mobula.store.beside";

  /**
   * Settings of worker processes for jars of jobs.
   *
   * @param flags flags for their JVMs
   * @param startTimeout within which a worker must be up
   * @param idleTimeout how long a worker lives without work
   */
  public record WorkerSettings(List<String> flags, Duration startTimeout, Duration idleTimeout) {}
}
