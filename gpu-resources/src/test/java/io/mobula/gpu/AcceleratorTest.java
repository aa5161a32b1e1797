package io.mobula.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class AcceleratorTest {
  private static final Model MODEL = new Model(Vendor.NVIDIA, "one", 1, "9.0");
  private static final Accelerator DEVICE =
      new Accelerator(0, "GPU-1", MODEL, Place.unknown(), Health.healthy());

  @Test
  void refusesWhatIsNone() {
    assertThatIllegalArgumentException().isThrownBy(() -> DEVICE.withIndex(-1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Accelerator(0, " ", MODEL, Place.unknown(), Health.healthy()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Model(Vendor.AMD, "one", -1, ""))
        .withMessageContaining("-1 bytes");
  }

  @Test
  void neighboursAreToldTheNearestFirst() {
    var place = Place.at("0000:19:00.0", OptionalInt.of(0))
        .withNeighbours(List.of(
            new Neighbour("GPU-4", Link.NUMA_NODE),
            new Neighbour("GPU-3", Link.NVLINK),
            new Neighbour("GPU-2", Link.NVLINK)));
    assertThat(place.neighbours())
        .extracting(Neighbour::uuid)
        .containsExactly("GPU-2", "GPU-3", "GPU-4");
  }

  @Test
  void whatWasFoundDoesNotChange() {
    var devices = new ArrayList<>(List.of(DEVICE));
    var found = new Probed(devices, List.of());
    devices.clear();
    assertThat(found.devices()).containsExactly(DEVICE);
  }

  @Test
  void whatWasFoundIsAtItsIndex() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Probed(List.of(DEVICE.withIndex(1)), List.of()))
        .withMessageContaining("GPU-1 with index 1 at place 0");
  }
}
