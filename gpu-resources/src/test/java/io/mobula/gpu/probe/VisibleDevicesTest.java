package io.mobula.gpu.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.gpu.DeviceHealth;
import io.mobula.gpu.DeviceLocation;
import io.mobula.gpu.DeviceModel;
import io.mobula.gpu.MigInstance;
import io.mobula.gpu.Vendor;
import io.mobula.gpu.source.DetectedDevice;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VisibleDevicesTest {
  private static final DeviceModel MODEL = new DeviceModel(Vendor.NVIDIA, "one", 1, "");

  /** Host with four GPUs, of which the last is split in two. */
  private static final List<DetectedDevice> HOST = List.of(
      gpu(0, "GPU-11aa"),
      gpu(1, "GPU-11ab"),
      gpu(2, "GPU-2222"),
      part(3, "MIG-77aa", "GPU-3333", 1, 0),
      part(3, "MIG-77ab", "GPU-3333", 2, 0));

  private static DetectedDevice gpu(int number, String uuid) {
    return DetectedDevice.of(number, uuid, MODEL, DeviceLocation.unknown(), DeviceHealth.healthy());
  }

  private static DetectedDevice part(int number, String uuid, String parent, int gpu, int compute) {
    var location = new DeviceLocation(
        "", OptionalInt.empty(), Optional.of(new MigInstance(parent, gpu, compute)), List.of());
    return DetectedDevice.of(number, uuid, MODEL, location, DeviceHealth.healthy());
  }

  private static VisibleDevices.Selection choose(String value) {
    return VisibleDevices.of("CUDA_VISIBLE_DEVICES", value).choose(HOST);
  }

  private static String chosen(String value) {
    return String.join(
        " ", choose(value).devices().stream().map(DetectedDevice::uuid).toList());
  }

  @Test
  void hidesNothingWhereNothingIsSaid() {
    assertThat(choose(null).devices()).isEqualTo(HOST);
    assertThat(VisibleDevices.all().choose(HOST).devices()).isEqualTo(HOST);
  }

  @Test
  void anEmptyListHidesAllInSilence() {
    for (var value : List.of("", "  ", "-1", "-1,0")) {
      assertThat(choose(value))
          .isEqualTo(new VisibleDevices.Selection(List.of(), Optional.empty()));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // numbers, in the order of the list; CUDA ignores what follows the digits
        "0|GPU-11aa",
        "2,0|GPU-2222 GPU-11aa",
        " 1 , 2 |GPU-11ab GPU-2222",
        "1gpu,+2|GPU-11ab GPU-2222",
        "0,2,-1,1|GPU-11aa GPU-2222",
        "0,9,1|GPU-11aa",
        "0,,1|GPU-11aa",
        "0,|GPU-11aa",
        "00000000002|GPU-2222",
        // a name, or an unambiguous prefix
        "GPU-2222|GPU-2222",
        "GPU-2|GPU-2222",
        "gpu-2222,GPU-11ab|GPU-2222 GPU-11ab",
        "GPU-2222,GPU-11,GPU-11ab|GPU-2222",
        // a list has one kind of entries
        "0,GPU-2222|GPU-11aa",
        "GPU-2222,0|GPU-2222",
        "GPU-2222,MIG-77aa|GPU-2222",
        // instances of a GPU
        "MIG-77aa|MIG-77aa",
        "MIG-77ab,MIG-77aa|MIG-77ab MIG-77aa",
        "MIG-GPU-3333/2/0|MIG-77ab",
        "MIG-77aa,MIG-GPU-3333/2/0|MIG-77aa MIG-77ab",
        // a GPU that is split stands for its instances
        "3|MIG-77aa MIG-77ab",
        "GPU-3|MIG-77aa MIG-77ab",
      })
  void choosesAsCudaDoes(String value, String expected) {
    assertThat(chosen(value)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "9",
        "none",
        "NoDevFiles",
        "12345678901234567890",
        "GPU-11",
        "GPU-",
        "MIG-77",
        "MIG-GPU-3333/9/0",
        "MIG-GPU-3333/2",
        "MIG-GPU-11aa/1/0",
        ",0",
      })
  void anEntryThatNamesNothingEndsTheListAndIsTold(String value) {
    assertThat(choose(value).devices()).isEmpty();
    assertThat(choose(value).problem().orElseThrow())
        .startsWith("CUDA_VISIBLE_DEVICES=" + value)
        .contains("the list ends before it");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"0,1,0", "GPU-2222,GPU-2", "3,3", "0,00"})
  void namingADeviceTwiceHidesAll(String value) {
    assertThat(choose(value).devices()).isEmpty();
    assertThat(choose(value).problem().orElseThrow()).contains("twice");
  }

  @Test
  void aListBehindAnotherCountsWhatThatLetThrough() {
    var first = VisibleDevices.renumbered(choose("3,1").devices());
    assertThat(first).extracting(DetectedDevice::number).containsExactly(0, 0, 1);
    assertThat(VisibleDevices.of("SECOND", "1").choose(first).devices())
        .extracting(DetectedDevice::uuid)
        .containsExactly("GPU-11ab");
  }
}
