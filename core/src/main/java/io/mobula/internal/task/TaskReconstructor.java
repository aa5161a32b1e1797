package io.mobula.internal.task;

import io.mobula.ObjectId;
import io.mobula.internal.call.CallCodec;
import io.mobula.internal.execution.Job;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.placement.ResourcesCodec;
import io.mobula.internal.sharing.ClusterObjects;
import io.mobula.internal.store.ObjectContent;
import io.mobula.placement.Placement;
import io.mobula.spi.TaskOptions;
import io.mobula.spi.WorkOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reconstructor of lost results: records how results that stay on other nodes can be made again,
 * and runs their tasks again when they are lost. Thread-safe; nothing blocks.
 */
final class TaskReconstructor {
  private static final Logger LOG = LoggerFactory.getLogger(TaskReconstructor.class);

  private final TaskServices services;
  private final ClusterObjects clusterObjects;

  TaskReconstructor(TaskServices services, ClusterObjects clusterObjects) {
    this.services = services;
    this.clusterObjects = clusterObjects;
  }

  /** Records how results that stay on another node can be reconstructed, or that they cannot. */
  void recordLineage(@Nullable RemoteAttempt attempt, List<ObjectContent> contents) {
    if (attempt == null) {
      return;
    }
    var run = attempt.task();
    if (!isReconstructible(run)) {
      var why = whyOnce(run);
      contents.forEach(content -> clusterObjects.markNotReconstructible(content, why));
      return;
    }
    var first = run.spec().id();
    var ids = new ArrayList<ObjectId>();
    for (int i = 0; i < contents.size(); i++) {
      if (contents.get(i) instanceof ObjectContent.RemoteValue) {
        ids.add(new ObjectId(first.node(), first.task(), first.index() + i));
      }
    }
    if (!ids.isEmpty()) {
      clusterObjects.recordLineage(ids, ClusterObjects.lineage(reconstructionSpec(run)));
    }
  }

  /**
   * Records how an element of a stream can be reconstructed; the lineage is created once per
   * stream.
   */
  void recordLineage(TaskRun run, int index, ObjectContent content) {
    var stream = run.sink().stream();
    if (!isReconstructible(run)) {
      clusterObjects.markNotReconstructible(content, whyOnce(run));
    } else if (stream != null && content instanceof ObjectContent.RemoteValue) {
      var job = run.spec().id();
      clusterObjects.recordLineage(
          List.of(new ObjectId(job.node(), job.task(), index)),
          stream.lineageOfElements(() -> ClusterObjects.lineage(reconstructionSpec(run))));
    }
  }

  /**
   * Returns why the results cannot be reconstructed. It lives as long as they do, so it must not
   * keep the task with its arguments.
   */
  private static Supplier<String> whyOnce(TaskRun run) {
    var name = run.spec().name();
    var id = run.spec().id();
    return () ->
        TaskSpec.describe(name, id) + " has made it and may not run again (maxRetries is 0)";
  }

  private static boolean isReconstructible(TaskRun run) {
    return run.spec().options().retries().maxRetries() != 0 && !run.sink().isForAnotherNode();
  }

  private FrameWriter reconstructionSpec(TaskRun run) {
    var spec = run.spec();
    var reconstructionSpec = new FrameWriter();
    ClusterObjects.writeId(reconstructionSpec, spec.id());
    reconstructionSpec.text(spec.name()).int32(spec.options().retries().maxRetries());
    var timeout = spec.options().timeLimits().timeout();
    reconstructionSpec.int64(timeout == null ? -1 : TaskTemplate.nanos(timeout));
    var shape = run.sink().shape();
    reconstructionSpec.choice(shape.kind()).int32(shape.count());
    ResourcesCodec.write(reconstructionSpec, spec.options().resources());
    spec.job().write(reconstructionSpec);
    CallCodec.write(reconstructionSpec, spec.call(), clusterObjects);
    return reconstructionSpec;
  }

  /** Reconstructs a lost result by running its task again. */
  void reconstruct(ObjectId lost, int attempt, byte[] reconstructionSpec) {
    var in = new FrameReader(reconstructionSpec);
    var job = ClusterObjects.readId(in);
    var name = in.text();
    int retries = in.int32();
    long timeout = in.int64();
    var whole = new TaskResultSink.Shape(in.choice(TaskResultSink.Shape.KINDS), in.int32(), 0);
    boolean ofStream = whole.kind() == TaskResultSink.Shape.Kind.STREAM;
    var first = ofStream ? lost : job;
    var shape = ofStream
        ? new TaskResultSink.Shape(TaskResultSink.Shape.Kind.ELEMENT, lost.index(), 0)
        : whole;
    var options = new TaskOptions(
        new WorkOptions(ResourcesCodec.read(in), Placement.anywhere(), null),
        new TaskOptions.Retries(retries + attempt - 1, List.of(), Duration.ZERO),
        new TaskOptions.TimeLimits(timeout < 0 ? null : Duration.ofNanos(timeout), null),
        TaskOptions.DEFAULT.maxUnread());
    var program = Job.read(in);
    var call = CallCodec.read(in, services.store(), clusterObjects);
    var spec = new TaskSpec(first, call, name, options, program);
    var run = new TaskRun(spec, TaskAncestry.NONE, services);
    run.setResultSink(
        new ReconstructedResultSink(services.store(), clusterObjects, first, lost, attempt, shape));
    run.setAttempt(attempt, null);
    LOG.info("Object {} was lost; {} runs again, attempt {}", lost, run.describe(), attempt);
    services.pending().add(run);
    run.start();
  }
}
