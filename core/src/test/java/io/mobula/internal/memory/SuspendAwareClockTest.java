package io.mobula.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Test that time passes only while the process runs. */
class SuspendAwareClockTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final long START = 17;

  private final SuspendAwareClock clock = new SuspendAwareClock(START);

  @Test
  void goesAsOtherClocksDoWhileItTicks() {
    for (int tick = 1; tick <= 20; tick++) {
      clock.tick(START + tick * SECOND / 4);
    }
    assertThat(clock.nanos(START + 5 * SECOND)).isEqualTo(START + 5 * SECOND);
    assertThat(clock.nanos(START + 5 * SECOND + 3)).isEqualTo(START + 5 * SECOND + 3);
  }

  @Test
  void standsStillASecondAfterItsLastTick() {
    assertThat(clock.nanos(START + 60 * SECOND)).isEqualTo(START + SECOND);
    clock.tick(START + 60 * SECOND);
    assertThat(clock.nanos(START + 60 * SECOND)).isEqualTo(START + SECOND);
    assertThat(clock.nanos(START + 60 * SECOND + 5)).isEqualTo(START + SECOND + 5);
  }

  @Test
  void goesOnByItselfWhenNobodyTicksAnyMore() {
    clock.runFree(START + SECOND);
    clock.tick(START + 2 * SECOND);
    assertThat(clock.nanos(START + 60 * SECOND)).isEqualTo(START + 60 * SECOND);
  }

  @Test
  void neverGoesBack() {
    clock.tick(START + SECOND);
    assertThat(clock.nanos(START)).isEqualTo(START + SECOND);
  }
}
