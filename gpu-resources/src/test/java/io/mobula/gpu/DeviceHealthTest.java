package io.mobula.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DeviceHealthTest {
  private static final DeviceHealth GONE = DeviceHealth.unhealthy(DeviceHealth.Cause.GONE, "gone");
  private static final DeviceHealth WORN =
      DeviceHealth.unhealthy(DeviceHealth.Cause.MEMORY_ERROR, "worn");

  @Test
  void theWorseOfTwoIsTold() {
    assertThat(DeviceHealth.healthy().worseOf(WORN)).isEqualTo(WORN);
    assertThat(WORN.worseOf(DeviceHealth.healthy())).isEqualTo(WORN);
    assertThat(WORN.worseOf(GONE)).isEqualTo(GONE);
    assertThat(GONE.worseOf(WORN)).isEqualTo(GONE);
    assertThat(DeviceHealth.healthy().worseOf(DeviceHealth.healthy()).isHealthy())
        .isTrue();
  }

  @Test
  void ofTwoThatAreAlikeTheFirstIsTold() {
    assertThat(WORN.worseOf(DeviceHealth.unhealthy(DeviceHealth.Cause.MEMORY_ERROR, "other")))
        .isEqualTo(WORN);
  }
}
