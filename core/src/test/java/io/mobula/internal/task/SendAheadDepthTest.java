package io.mobula.internal.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Test of how many tasks are sent ahead to a slot. */
class SendAheadDepthTest {
  private static final long MICRO = TimeUnit.MICROSECONDS.toNanos(1);
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  private final SendAheadDepth depth = new SendAheadDepth(10);

  @Test
  void doublesAfterEachShortTaskUpToTheMaximum() {
    assertThat(depth.tasks()).isEqualTo(1);
    for (int expected : new int[] {2, 4, 8, 10, 10}) {
      depth.ended(MICRO);
      assertThat(depth.tasks()).isEqualTo(expected);
    }
  }

  @Test
  void isOneAgainAfterALongTask() {
    depth.ended(MICRO);
    depth.ended(MICRO);
    depth.ended(6 * MILLI);
    assertThat(depth.tasks()).isEqualTo(1);
  }

  @Test
  void coversTenMillisecondsOfTheAverageTask() {
    for (int i = 0; i < 100; i++) {
      depth.ended(3 * MILLI);
    }
    assertThat(depth.tasks()).isEqualTo(3);
  }

  @Test
  void canBeResetAndGrowsAgain() {
    depth.ended(MICRO);
    depth.reset();
    assertThat(depth.tasks()).isEqualTo(1);
    depth.ended(MICRO);
    assertThat(depth.tasks()).isEqualTo(2);
  }
}
