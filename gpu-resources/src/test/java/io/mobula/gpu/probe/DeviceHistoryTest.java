package io.mobula.gpu.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.gpu.DeviceHealth;
import io.mobula.gpu.DeviceLocation;
import io.mobula.gpu.DeviceModel;
import io.mobula.gpu.Vendor;
import io.mobula.gpu.source.DetectedDevice;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeviceHistoryTest {
  private final DeviceHistory history = new DeviceHistory();

  private static DetectedDevice gpu(int number) {
    return DetectedDevice.of(
        number,
        "GPU-" + number,
        new DeviceModel(Vendor.NVIDIA, "one", 1, ""),
        DeviceLocation.unknown(),
        DeviceHealth.healthy());
  }

  private DeviceHealth.Cause cause(int place) {
    return ((DeviceHealth.Unhealthy) history.devices().get(place).device().health()).cause();
  }

  @Test
  void keepsWhatIsNoLongerShown() {
    history.update(List.of(gpu(0), gpu(1)));
    history.update(List.of(gpu(1)));
    assertThat(history.devices())
        .extracting(DetectedDevice::uuid)
        .containsExactly("GPU-0", "GPU-1");
    assertThat(cause(0)).isEqualTo(DeviceHealth.Cause.GONE);
    assertThat(history.devices().getLast()).isEqualTo(gpu(1));
  }

  @Test
  void aDeviceThatComesBackIsWell() {
    history.update(List.of(gpu(0)));
    history.update(List.of());
    history.update(List.of(gpu(0)));
    assertThat(history.devices()).containsExactly(gpu(0));
  }

  @Test
  void ordersByNumberWhenADeviceComesLater() {
    history.update(List.of(gpu(2)));
    history.update(List.of(gpu(2), gpu(0)));
    assertThat(history.devices()).containsExactly(gpu(0), gpu(2));
  }

  @Test
  void withoutAnAnswerNobodyIsWell() {
    history.update(List.of(gpu(0), gpu(1)));
    history.update(List.of(gpu(0)));
    history.markNotResponding("the driver hangs");
    assertThat(history.devices().getFirst().device().health())
        .isEqualTo(DeviceHealth.unhealthy(DeviceHealth.Cause.NO_ANSWER, "the driver hangs"));
    assertThat(cause(1)).isEqualTo(DeviceHealth.Cause.GONE);
  }
}
