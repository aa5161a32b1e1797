package io.mobula.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class AcceleratorTest {
  private static final DeviceModel MODEL = new DeviceModel(Vendor.NVIDIA, "one", 1, "9.0");
  private static final Accelerator DEVICE =
      new Accelerator(0, "GPU-1", MODEL, DeviceLocation.unknown(), DeviceHealth.healthy());

  @Test
  void refusesWhatIsNone() {
    assertThatIllegalArgumentException().isThrownBy(() -> DEVICE.withIndex(-1));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new Accelerator(0, " ", MODEL, DeviceLocation.unknown(), DeviceHealth.healthy()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DeviceModel(Vendor.AMD, "one", -1, ""))
        .withMessageContaining("-1 bytes");
  }

  @Test
  void neighboursAreToldTheNearestFirst() {
    var location = DeviceLocation.at("0000:19:00.0", OptionalInt.of(0))
        .withNeighbours(List.of(
            new DeviceNeighbour("GPU-4", DeviceLink.NUMA_NODE),
            new DeviceNeighbour("GPU-3", DeviceLink.NVLINK),
            new DeviceNeighbour("GPU-2", DeviceLink.NVLINK)));
    assertThat(location.neighbours())
        .extracting(DeviceNeighbour::uuid)
        .containsExactly("GPU-2", "GPU-3", "GPU-4");
  }

  @Test
  void whatWasFoundDoesNotChange() {
    var devices = new ArrayList<>(List.of(DEVICE));
    var found = new ProbeResult(devices, List.of());
    devices.clear();
    assertThat(found.devices()).containsExactly(DEVICE);
  }

  @Test
  void whatWasFoundIsAtItsIndex() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ProbeResult(List.of(DEVICE.withIndex(1)), List.of()))
        .withMessageContaining("GPU-1 with index 1 at position 0");
  }
}
