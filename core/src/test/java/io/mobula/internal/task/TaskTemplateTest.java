package io.mobula.internal.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.execution.Job;
import io.mobula.internal.lane.FrameReader;
import io.mobula.placement.Placement;
import io.mobula.placement.Resources;
import io.mobula.spi.TaskOptions;
import io.mobula.spi.WorkOptions;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Test of what the node that runs a task is told about it. */
class TaskTemplateTest {
  private static final Job JOB = new Job(new NodeId(1), true, null, 2);

  private static TaskTemplate.DecodedTemplate sent(@Nullable Duration timeout) {
    var options = new TaskOptions(
        new WorkOptions(Resources.none().cpus(1.5), Placement.spread(), null),
        new TaskOptions.Retries(7, List.of(), Duration.ZERO),
        new TaskOptions.TimeLimits(timeout, Duration.ofHours(1)),
        TaskOptions.DEFAULT.maxUnread());
    var spec = new TaskSpec(new ObjectId(1, 2, 0), null, "Quick.square", options, JOB);
    return TaskTemplate.DecodedTemplate.from(
        new FrameReader(TaskTemplate.of(spec).toBytes()));
  }

  @Test
  void theHostLearnsNameResourcesAndJobAndRetriesNothingItself() {
    var there = sent(null);
    assertThat(there.name()).isEqualTo("Quick.square");
    assertThat(there.job()).isEqualTo(JOB);
    assertThat(there.options().resources()).isEqualTo(Resources.none().cpus(1.5));
    assertThat(there.options().placement()).isEqualTo(Placement.anywhere());
    assertThat(there.options().retries().maxRetries()).isZero();
  }

  @Test
  void aTimeoutIsTheHostsAndADeadlineTheSubmitters() {
    assertThat(sent(null).options().timeLimits().timeout()).isNull();
    var limits = sent(Duration.ofMillis(1500)).options().timeLimits();
    assertThat(limits.timeout()).isEqualTo(Duration.ofMillis(1500));
    assertThat(limits.totalTimeout()).isNull();
  }

  @Test
  void aTimeoutBeyondNanosecondsLastsAsLongAsTheyCanSay() {
    assertThat(sent(Duration.ofSeconds(Long.MAX_VALUE)).options().timeLimits().timeout())
        .isEqualTo(Duration.ofNanos(Long.MAX_VALUE));
  }
}
