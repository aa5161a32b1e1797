package io.mobula.internal.task;

import io.mobula.internal.execution.Job;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.placement.PlacementGroupCodec;
import io.mobula.internal.placement.ResourcesCodec;
import io.mobula.placement.Placement;
import io.mobula.placement.Resources;
import io.mobula.spi.TaskOptions;
import io.mobula.spi.WorkOptions;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Template of the tasks of one call site, for the node that runs them. It is sent to each peer once
 * and referred to by number afterwards.
 *
 * @param timeoutNanos how long an attempt may take, or -1
 * @param group the placement group that the tasks run in, or null
 */
record TaskTemplate(
    String name, long timeoutNanos, Resources resources, Job job, Placement.@Nullable Group group) {

  static TaskTemplate of(TaskSpec spec) {
    var timeout = spec.options().timeLimits().timeout();
    return new TaskTemplate(
        spec.name(),
        timeout == null ? -1 : nanos(timeout),
        spec.options().resources(),
        spec.job(),
        spec.group());
  }

  static long nanos(Duration duration) {
    try {
      return duration.toNanos();
    } catch (ArithmeticException endless) {
      return Long.MAX_VALUE;
    }
  }

  byte[] toBytes() {
    var out = new FrameWriter();
    write(out);
    return out.toBytes();
  }

  void write(FrameWriter out) {
    out.text(name).int64(timeoutNanos);
    ResourcesCodec.write(out, resources);
    job.write(out);
    PlacementGroupCodec.write(out, group);
  }

  /**
   * Template as decoded by the node that runs the tasks. It has no retries: the submitter counts
   * the attempts.
   */
  record DecodedTemplate(String name, TaskOptions options, Job job) {

    static DecodedTemplate from(FrameReader in) {
      var name = in.text();
      long timeout = in.int64();
      var resources = ResourcesCodec.read(in);
      var job = Job.read(in);
      var options = new TaskOptions(
          new WorkOptions(
              resources, PlacementGroupCodec.orAnywhere(PlacementGroupCodec.read(in)), null),
          new TaskOptions.Retries(0, List.of(), Duration.ZERO),
          new TaskOptions.TimeLimits(timeout < 0 ? null : Duration.ofNanos(timeout), null),
          TaskOptions.DEFAULT.maxUnread());
      return new DecodedTemplate(name, options, job);
    }
  }
}
