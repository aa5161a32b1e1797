package io.mobula.internal.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.Resources;
import io.mobula.spi.Device;
import io.mobula.spi.DeviceNeed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which devices a request is given. */
class DevicesTest {
  private static final long GIB = 1L << 30;

  private static Device device(int index, String model, long memory, Map<String, Integer> near) {
    return new Device(index, "GPU-" + index, model, memory, "9.0", near, Optional.empty());
  }

  private static Devices of(Device... devices) {
    return new Devices(Share.of(List.of(devices), 10_000L * devices.length));
  }

  private static Devices four() {
    return new Devices(Share.declared(40_000));
  }

  private static DeviceNeed gpus(double amount) {
    return DeviceNeed.of(Resources.none().gpus(amount));
  }

  private static List<Integer> indices(List<Share> shares) {
    return shares.stream().map(share -> share.device().index()).toList();
  }

  private static Device ill(Device device) {
    return new Device(
        device.index(),
        device.uuid(),
        device.model(),
        device.memoryBytes(),
        device.architecture(),
        device.near(),
        Optional.of("has fallen off the bus"));
  }

  @Test
  void fractionsFillADeviceBeforeTheNextIsOpened() {
    var devices = four();
    assertThat(indices(devices.take(gpus(0.5)))).containsExactly(0);
    assertThat(indices(devices.take(gpus(0.7)))).containsExactly(1);
    assertThat(indices(devices.take(gpus(0.25)))).containsExactly(1);
    assertThat(indices(devices.take(gpus(0.5)))).containsExactly(0);
    assertThat(indices(devices.take(gpus(0.25)))).containsExactly(2);
  }

  @Test
  void aShareNeverStraddlesTwoDevices() {
    var devices = new Devices(Share.declared(20_000));
    devices.take(gpus(0.6));
    devices.take(gpus(0.6));
    assertThat(devices.free()).isEqualTo(8_000);
    assertThat(devices.fits(gpus(0.4))).isTrue();
    assertThat(devices.fits(gpus(0.5))).isFalse();
  }

  @Test
  void twoAreTwoWholeOnes() {
    var devices = four();
    devices.take(gpus(0.1));
    assertThat(indices(devices.take(gpus(2)))).containsExactly(1, 2);
    assertThat(devices.fits(gpus(2))).isFalse();
    assertThat(devices.fits(gpus(1))).isTrue();
  }

  @Test
  void severalAreNearEachOther() {
    var devices = of(
        device(0, "NVIDIA H200", GIB, Map.of("GPU-3", 0, "GPU-1", 5)),
        device(1, "NVIDIA H200", GIB, Map.of("GPU-0", 5, "GPU-2", 0)),
        device(2, "NVIDIA H200", GIB, Map.of("GPU-1", 0)),
        device(3, "NVIDIA H200", GIB, Map.of("GPU-0", 0)));
    assertThat(indices(devices.take(gpus(2)))).containsExactly(0, 3);
    assertThat(indices(devices.take(gpus(2)))).containsExactly(1, 2);
  }

  @Test
  void memoryIsAsMuchOfOneDeviceAsHasIt() {
    var devices = of(
        device(0, "NVIDIA A100-SXM4-80GB", 80 * GIB, Map.of()),
        device(1, "NVIDIA L4", 24 * GIB, Map.of()));
    var twenty = DeviceNeed.of(Resources.none().gpuMemory("20GiB"));
    assertThat(devices.take(twenty)).singleElement().satisfies(share -> {
      assertThat(share.device().index()).isEqualTo(1);
      assertThat(share.units()).isEqualTo(8_334);
    });
    assertThat(devices.take(twenty).getFirst().units()).isEqualTo(2_500);
    assertThat(devices.fits(DeviceNeed.of(Resources.none().gpuMemory("81GiB")))).isFalse();
  }

  @Test
  void aKindIsWordsOfTheModel() {
    var devices = of(
        device(0, "NVIDIA A100-SXM4-80GB", 80 * GIB, Map.of()),
        device(1, "NVIDIA H200", 141 * GIB, Map.of()));
    assertThat(indices(devices.take(DeviceNeed.of(Resources.none().accelerator("h200")))))
        .containsExactly(1);
    assertThat(devices.fits(DeviceNeed.of(Resources.none().accelerator("H200"))))
        .isFalse();
    assertThat(devices.fits(DeviceNeed.of(Resources.none().gpus(0.5).accelerator("A100"))))
        .isTrue();
    assertThat(DeviceNeed.isOfKind("NVIDIA H200", "H20")).isFalse();
    assertThat(DeviceNeed.isOfKind("NVIDIA A100-SXM4-80GB", "a100-sxm4")).isTrue();
  }

  @Test
  void ofWhatIsSpokenForNothingIsTaken() {
    var devices =
        of(device(0, "NVIDIA H200", GIB, Map.of()), device(1, "NVIDIA L4", GIB, Map.of()));
    devices.speakFor(DeviceNeed.of(Resources.none().accelerator("H200")));
    assertThat(devices.fits(gpus(2))).isFalse();
    assertThat(indices(devices.take(gpus(1)))).containsExactly(1);
    devices.release();
    assertThat(indices(devices.take(gpus(1)))).containsExactly(0);
  }

  @Test
  void anIllDeviceGivesNothingUntilItIsHealthy() {
    var devices = four();
    var half = devices.take(gpus(0.5));
    var first = half.getFirst().device();
    devices.update(List.of(ill(first)));
    assertThat(devices.total()).isEqualTo(30_000);
    assertThat(indices(devices.take(gpus(0.5)))).containsExactly(1);
    assertThat(devices.asOfNow(half).getFirst().device().illness()).isPresent();
    devices.putBack(half);
    assertThat(devices.free()).isEqualTo(25_000);
    devices.update(List.of(first));
    assertThat(devices.free()).isEqualTo(35_000);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void overThousandsOfHistoriesNoDeviceIsOverOneAndAllIsBackAtTheEnd(long seed) {
    var random = new Random(seed);
    for (int history = 0; history < 1000; history++) {
      int count = random.nextInt(1, 9);
      var all = IntStream.range(0, count)
          .mapToObj(index -> device(
              index,
              random.nextBoolean() ? "NVIDIA H200" : "NVIDIA L4",
              random.nextInt(1, 5) * 20 * GIB,
              Map.of("GPU-" + random.nextInt(count), random.nextInt(7))))
          .toList();
      run(
          new Devices(Share.of(all, 10_000L * all.size())),
          all,
          random,
          "seed " + seed + ", history " + history);
    }
  }

  private static void run(Devices devices, List<Device> all, Random random, String what) {
    List<List<Share>> held = new ArrayList<>();
    for (int step = 0; step < 60; step++) {
      switch (random.nextInt(5)) {
        case 0, 1, 2 -> {
          var need = DeviceNeed.of(draw(random));
          if (devices.fits(need)) {
            var taken = devices.take(need);
            assertThat(taken).as(what).hasSize(need.count());
            held.add(taken);
          }
        }
        case 3 -> {
          if (!held.isEmpty()) {
            devices.putBack(held.remove(random.nextInt(held.size())));
          }
        }
        default -> {
          var one = all.get(random.nextInt(all.size()));
          devices.update(List.of(random.nextBoolean() ? ill(one) : one));
        }
      }
      check(devices, held, what);
    }
    held.forEach(devices::putBack);
    devices.update(all);
    assertThat(devices.free()).as(what).isEqualTo(all.size() * Resources.UNITS_PER_ONE);
  }

  private static Resources draw(Random random) {
    var wanted = random.nextInt(3) == 0
        ? Resources.none().gpuMemory(random.nextLong(1, 90 * GIB))
        : Resources.none()
            .gpus(
                random.nextBoolean() ? random.nextInt(1, 4) : random.nextInt(1, 10_000) / 10_000.0);
    return random.nextInt(4) == 0 ? wanted.accelerator("H200") : wanted;
  }

  private static void check(Devices devices, List<List<Share>> held, String what) {
    Map<String, Long> taken = new HashMap<>();
    for (var lease : held) {
      for (var share : lease) {
        taken.merge(share.device().uuid(), share.units(), Long::sum);
      }
      assertThat(lease.size() == 1
              || lease.stream().allMatch(share -> share.units() == Resources.UNITS_PER_ONE))
          .as(what)
          .isTrue();
    }
    assertThat(taken.values()).as(what).allMatch(units -> units <= Resources.UNITS_PER_ONE);
    for (var device : devices.view()) {
      assertThat(device.used()).as(what).isEqualTo(taken.getOrDefault(device.uuid(), 0L));
    }
  }
}
