package io.mobula.gpu.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.gpu.DeviceHealth;
import io.mobula.gpu.DeviceModel;
import io.mobula.gpu.DeviceLocation;
import io.mobula.gpu.Vendor;
import io.mobula.gpu.source.Sighting;
import java.util.List;
import org.junit.jupiter.api.Test;

class RosterTest {
  private final Roster roster = new Roster();

  private static Sighting gpu(int number) {
    return Sighting.of(
        number,
        "GPU-" + number,
        new DeviceModel(Vendor.NVIDIA, "one", 1, ""),
        DeviceLocation.unknown(),
        DeviceHealth.healthy());
  }

  private DeviceHealth.Cause cause(int place) {
    return ((DeviceHealth.Unhealthy) roster.devices().get(place).device().health()).cause();
  }

  @Test
  void keepsWhatIsNoLongerShown() {
    roster.saw(List.of(gpu(0), gpu(1)));
    roster.saw(List.of(gpu(1)));
    assertThat(roster.devices()).extracting(Sighting::uuid).containsExactly("GPU-0", "GPU-1");
    assertThat(cause(0)).isEqualTo(DeviceHealth.Cause.GONE);
    assertThat(roster.devices().getLast()).isEqualTo(gpu(1));
  }

  @Test
  void aDeviceThatComesBackIsWell() {
    roster.saw(List.of(gpu(0)));
    roster.saw(List.of());
    roster.saw(List.of(gpu(0)));
    assertThat(roster.devices()).containsExactly(gpu(0));
  }

  @Test
  void ordersByNumberWhenADeviceComesLater() {
    roster.saw(List.of(gpu(2)));
    roster.saw(List.of(gpu(2), gpu(0)));
    assertThat(roster.devices()).containsExactly(gpu(0), gpu(2));
  }

  @Test
  void withoutAnAnswerNobodyIsWell() {
    roster.saw(List.of(gpu(0), gpu(1)));
    roster.saw(List.of(gpu(0)));
    roster.heardNothing("the driver hangs");
    assertThat(roster.devices().getFirst().device().health())
        .isEqualTo(DeviceHealth.unhealthy(DeviceHealth.Cause.NO_ANSWER, "the driver hangs"));
    assertThat(cause(1)).isEqualTo(DeviceHealth.Cause.GONE);
  }
}
