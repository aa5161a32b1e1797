package io.mobula.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HealthTest {
  private static final Health GONE = Health.ill(Health.Cause.GONE, "gone");
  private static final Health WORN = Health.ill(Health.Cause.MEMORY_ERROR, "worn");

  @Test
  void theWorseOfTwoIsTold() {
    assertThat(Health.healthy().or(WORN)).isEqualTo(WORN);
    assertThat(WORN.or(Health.healthy())).isEqualTo(WORN);
    assertThat(WORN.or(GONE)).isEqualTo(GONE);
    assertThat(GONE.or(WORN)).isEqualTo(GONE);
    assertThat(Health.healthy().or(Health.healthy()).isHealthy()).isTrue();
  }

  @Test
  void ofTwoThatAreAlikeTheFirstIsTold() {
    assertThat(WORN.or(Health.ill(Health.Cause.MEMORY_ERROR, "other"))).isEqualTo(WORN);
  }
}
