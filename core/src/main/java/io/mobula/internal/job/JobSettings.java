package io.mobula.internal.job;

import io.mobula.internal.execution.RuntimeEnvironment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How programs bring their classes along, and the worker processes of a node.
 *
 * @param ship jars and directories that this program's work needs
 * @param environment the jars that this worker process was started with, or null
 * @param cache where jars are kept on disk, or null for the temporary directory
 * @param workerSettings how worker processes for such jars live
 * @param staticWorkers the worker processes that stand beside this node
 * @param weight how much of a node this program may hold beside others
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
  /** By which a worker process is told whose store's ceiling it shares. */
  static final String PARENT_STORE_KEY = "mobula.store.beside";

  /**
   * How worker processes for jars live.
   *
   * @param flags for their JVMs
   * @param startTimeout within which one must be up
   * @param idleTimeout after how long without work one is ended
   */
  public record WorkerSettings(List<String> flags, Duration startTimeout, Duration idleTimeout) {}
}
