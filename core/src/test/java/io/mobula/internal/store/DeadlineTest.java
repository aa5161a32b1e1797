package io.mobula.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.error.InvalidRequestException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class DeadlineTest {

  @Test
  void zeroHasPassed() {
    assertThat(Deadline.after(Duration.ZERO).remaining()).isNotPositive();
  }

  @Test
  void countsDown() {
    var deadline = Deadline.after(Duration.ofHours(1));
    assertThat(deadline.remaining())
        .isBetween(Duration.ofMinutes(59).toNanos(), Duration.ofHours(1).toNanos());
    assertThat(deadline.timeout()).isEqualTo(Duration.ofHours(1));
  }

  @Test
  void absurdlyLateIsNever() {
    assertThat(Deadline.after(Duration.ofSeconds(Long.MAX_VALUE))).isSameAs(Deadline.NEVER);
    assertThat(Deadline.NEVER.remaining()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void negativeAndNullAreRefused() {
    assertThatThrownBy(() -> Deadline.after(Duration.ofNanos(-1)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("PT-0.000000001S")
        .hasMessageContaining("Duration.ZERO");
    assertThatThrownBy(() -> Deadline.after(null)).isInstanceOf(NullPointerException.class);
  }
}
