package io.mobula.internal.node;

import io.mobula.NodeId;
import io.mobula.internal.execution.Job;
import io.mobula.internal.execution.RuntimeEnvironment;
import io.mobula.internal.job.JobPackage;
import io.mobula.internal.store.ObjectStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Job of the work that this process begins, and the jars that it brings along. Thread-safe. */
final class NodeJob {
  private static final Logger LOG = LoggerFactory.getLogger(NodeJob.class);

  private final NodeId node;
  private final NodeSettings settings;
  private volatile Job job;
  private volatile @Nullable JobPackage jobPackage; // keeps the jars in the store

  NodeJob(NodeId node, NodeSettings settings) {
    this.node = node;
    this.settings = settings;
    this.job = of(node, settings, settings.jobs().environment());
  }

  /** Returns the present job. */
  Job current() {
    return job;
  }

  /** Publishes the jars of the job, which brings them along from now on. */
  void publishJars(ObjectStore store) {
    var jars = settings.jobs().ship();
    if (!jars.isEmpty()) {
      var shipped = JobPackage.put(jars, store);
      jobPackage = shipped;
      job = of(node, settings, shipped.environment());
      LOG.debug("{} is in the store", jobPackage);
    }
  }

  private static Job of(
      NodeId node, NodeSettings settings, @Nullable RuntimeEnvironment environment) {
    return new Job(
        node, settings.output().toDriver(), environment, settings.jobs().weight());
  }
}
