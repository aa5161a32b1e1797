package io.mobula.internal.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Tests of how long a word has been seen unchanged. */
class ProgressObserverTest {
  private final ProgressObserver stillness = new ProgressObserver();

  @Test
  void countsFromWhenItWasSeenFirst() {
    assertThat(stillness.observe(7, 1_000)).isZero();
    assertThat(stillness.observe(7, 1_500)).isEqualTo(500);
    assertThat(stillness.observe(7, 9_000)).isEqualTo(8_000);
  }

  @Test
  void beginsAnewWheneverItHasMoved() {
    assertThat(stillness.observe(7, 1_000)).isZero();
    assertThat(stillness.observe(8, 5_000)).isZero();
    assertThat(stillness.observe(8, 6_000)).isEqualTo(1_000);
  }
}
