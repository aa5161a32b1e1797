package io.mobula.internal.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RestartPolicyTest {
  private static final long NOW = Duration.ofHours(1).toNanos();
  private final RestartPolicy policy =
      new RestartPolicy(Duration.ofMillis(100), Duration.ofMillis(350), 5, Duration.ofMinutes(1));

  @Test
  void startsAgainAtOnceAndThenAfterPausesThatDoubleUpToTheLongest() {
    assertThat(after(1)).contains(Duration.ZERO);
    assertThat(after(2)).contains(Duration.ofMillis(100));
    assertThat(after(3)).contains(Duration.ofMillis(200));
    assertThat(after(4)).contains(Duration.ofMillis(350));
    assertThat(after(5)).contains(Duration.ofMillis(350));
  }

  @Test
  void givesUpAfterTooManyWithinTheWindow() {
    assertThat(after(6)).isEmpty();
  }

  @Test
  void forgetsWhatLiesFurtherBack() {
    long old = NOW - Duration.ofMinutes(1).toNanos();
    assertThat(policy.next(List.of(old, old, old, old, old, old, NOW), 1, NOW))
        .contains(Duration.ZERO);
  }

  @Test
  void startsThatFailOneAfterTheOtherCountHoweverLongTheyTake() {
    assertThat(policy.next(List.of(NOW), 5, NOW)).contains(Duration.ofMillis(350));
    assertThat(policy.next(List.of(NOW), 6, NOW)).isEmpty();
  }

  @Test
  void neverMeansNever() {
    assertThat(RestartPolicy.NEVER.next(List.of(NOW), 0, NOW)).isEmpty();
  }

  @Test
  void refusesPausesThatShrink() {
    assertThatThrownBy(() -> new RestartPolicy(
            Duration.ofSeconds(2), Duration.ofSeconds(1), 5, Duration.ofMinutes(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("longest=PT1S");
  }

  private Optional<Duration> after(int ends) {
    return policy.next(Collections.nCopies(ends, NOW), 0, NOW);
  }
}
