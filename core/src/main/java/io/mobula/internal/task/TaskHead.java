package io.mobula.internal.task;

import io.mobula.Placement;
import io.mobula.Resources;
import io.mobula.TaskOptions;
import io.mobula.internal.execution.Program;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.placement.LeaseDesk;
import java.time.Duration;
import java.util.List;

/**
 * What the tasks of one call site have alike, as the node that runs them has to know it: said once
 * to each peer, and by number from then on.
 *
 * @param timeoutNanos how long an attempt may take, or -1
 */
record TaskHead(String name, long timeoutNanos, Resources resources, Program program) {

  static TaskHead of(TaskRun.Job job) {
    var timeout = job.options().limits().timeout();
    return new TaskHead(
        job.name(),
        timeout == null ? -1 : nanos(timeout),
        job.options().resources(),
        job.program());
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
    LeaseDesk.writeResources(out, resources);
    program.write(out);
  }

  /**
   * The same at the node that runs the tasks: the attempts are counted by who has submitted them.
   */
  record Read(String name, TaskOptions options, Program program) {

    static Read from(FrameReader in) {
      var name = in.text();
      long timeout = in.int64();
      var options = new TaskOptions(
          LeaseDesk.readResources(in),
          new TaskOptions.Retries(0, List.of(), Duration.ZERO),
          new TaskOptions.Limits(timeout < 0 ? null : Duration.ofNanos(timeout), null),
          Placement.anywhere(),
          TaskOptions.DEFAULT.presence());
      return new Read(name, options, Program.read(in));
    }
  }
}
