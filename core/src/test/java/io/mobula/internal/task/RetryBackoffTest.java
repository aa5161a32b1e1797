package io.mobula.internal.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Test of the pause between two attempts of a task. */
class RetryBackoffTest {
  @Test
  void doublesAfterEachAttempt() {
    var first = Duration.ofMillis(10);
    assertThat(RetryBackoff.after(first, 1)).isEqualTo(first);
    assertThat(RetryBackoff.after(first, 2)).isEqualTo(Duration.ofMillis(20));
    assertThat(RetryBackoff.after(first, 11)).isEqualTo(Duration.ofMillis(10_240));
  }

  @Test
  void isAtMostAMinute() {
    assertThat(RetryBackoff.after(Duration.ofMillis(10), 14)).isEqualTo(Duration.ofMinutes(1));
    assertThat(RetryBackoff.after(Duration.ofNanos(1), Integer.MAX_VALUE))
        .isEqualTo(Duration.ofNanos(1 << 20));
    assertThat(RetryBackoff.after(Duration.ofSeconds(Long.MAX_VALUE), 2))
        .isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void staysZero() {
    assertThat(RetryBackoff.after(Duration.ZERO, 7)).isZero();
  }
}
