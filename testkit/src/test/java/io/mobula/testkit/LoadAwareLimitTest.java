package io.mobula.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LoadAwareLimitTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private long now = -7; // System.nanoTime() may be negative
  private long computed = 100;
  private double load;

  private final LoadAwareLimit limit = LoadAwareLimit.start(
      LIMIT, new LoadAwareLimit.Machine(() -> now, () -> computed, () -> load));

  private void pass(double seconds) {
    now += (long) (seconds * TimeUnit.SECONDS.toNanos(1));
  }

  private void compute(double seconds) {
    computed += (long) (seconds * TimeUnit.SECONDS.toNanos(1));
  }

  @Test
  void onAMachineWithRoomItIsOverWhenItsTimeHasPassed() {
    assertThat(limit.isOver()).isFalse();
    pass(29.9);
    assertThat(limit.isOver()).isFalse();
    pass(0.1);
    assertThat(limit.isOver()).isTrue();
  }

  @Test
  void whereTheSystemDoesNotTellItsLoadThereIsNoMoreTime() {
    load = -0.5;
    pass(30);
    assertThat(limit.isOver()).isTrue();
  }

  @Test
  void onAnOverloadedMachineItLastsUntilThisProcessHasComputedForAsLong() {
    load = 24;
    pass(4);
    assertThat(limit.isOver()).isFalse(); // reads for the first time
    pass(26);
    compute(2);
    assertThat(limit.isOver()).isFalse();
    pass(60);
    compute(27);
    assertThat(limit.isOver()).isFalse();
    pass(10);
    compute(1);
    assertThat(limit.isOver()).isTrue();
    assertThat(limit.describe())
        .isEqualTo("100.0 s at a load of 24.0 for each processor, in which this process and its"
            + " children computed for 30.0 s");
  }

  @Test
  void itEndsInAnyCase() {
    load = 24;
    pass(299);
    assertThat(limit.isOver()).isFalse();
    pass(1);
    assertThat(limit.isOver()).isTrue();
  }

  @Test
  void itEndsWhenTheOthersLeaveTheMachine() {
    load = 24;
    pass(40);
    assertThat(limit.isOver()).isFalse();
    load = 1;
    pass(2);
    assertThat(limit.isOver()).isTrue();
  }
}
