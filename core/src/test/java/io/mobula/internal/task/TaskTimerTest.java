package io.mobula.internal.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.spi.TaskOptions.TimeLimits;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Test of the time that is left for the result of a task. */
class TaskTimerTest {
  private static final TimeLimits NONE = new TimeLimits(null, null);
  private static final Duration HOUR = Duration.ofHours(1);

  @Test
  void tasksWithoutALimitShareOneTimer() {
    var timer = TaskTimer.of(NONE);
    assertThat(timer).isSameAs(TaskTimer.of(new TimeLimits(null, null), null));
    assertThat(timer.left()).isNull();
    assertThat(timer.end()).isNull();
  }

  @Test
  void theTimeForTheResultRunsFromTheSubmission() {
    var timer = TaskTimer.of(new TimeLimits(null, HOUR));
    assertThat(timer.left()).isBetween(HOUR.minusMinutes(1), HOUR);
    assertThat(timer.end())
        .isBetween(Instant.now().plusSeconds(3500), Instant.now().plus(HOUR));
  }

  @Test
  void theTimeOfAnAttemptLimitsNoResult() {
    var timer = TaskTimer.of(new TimeLimits(HOUR, null));
    assertThat(timer).isNotSameAs(TaskTimer.of(NONE));
    assertThat(timer.left()).isNull();
  }

  @Test
  void howLongAResultIsWantedIsALengthOfTime() {
    assertThat(TaskTimer.of(NONE, HOUR).left()).isBetween(HOUR.minusMinutes(1), HOUR);
    assertThat(TaskTimer.of(NONE, Duration.ZERO).left()).as("none is left").isZero();
    assertThat(TaskTimer.of(new TimeLimits(null, HOUR), null).left()).isNull();
  }
}
