package io.mobula.internal.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.placement.Resources;
import io.mobula.spi.Device;
import io.mobula.spi.DeviceRequirement;
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

/** Tests of which devices a request is given. */
class DeviceAllocatorTest {
  private static final long GIB = 1L << 30;

  private static Device device(int index, String model, long memory, Map<String, Integer> near) {
    return new Device(index, "GPU-" + index, model, memory, "9.0", near, Optional.empty());
  }

  private static DeviceAllocator of(Device... devices) {
    return new DeviceAllocator(DeviceShare.of(List.of(devices), 10_000L * devices.length));
  }

  private static DeviceAllocator four() {
    return new DeviceAllocator(DeviceShare.declared(40_000));
  }

  private static DeviceRequirement gpus(double amount) {
    return DeviceRequirement.of(Resources.none().gpus(amount));
  }

  private static List<Integer> indices(List<DeviceShare> shares) {
    return shares.stream().map(share -> share.device().index()).toList();
  }

  private static Device ill(Device device) {
    return new Device(
        device.index(),
        device.uuid(),
        device.model(),
        device.memoryBytes(),
        device.architecture(),
        device.distances(),
        Optional.of("has fallen off the bus"));
  }

  @Test
  void fractionsFillADeviceBeforeTheNextIsOpened() {
    var deviceAllocator = four();
    assertThat(indices(deviceAllocator.take(gpus(0.5)))).containsExactly(0);
    assertThat(indices(deviceAllocator.take(gpus(0.7)))).containsExactly(1);
    assertThat(indices(deviceAllocator.take(gpus(0.25)))).containsExactly(1);
    assertThat(indices(deviceAllocator.take(gpus(0.5)))).containsExactly(0);
    assertThat(indices(deviceAllocator.take(gpus(0.25)))).containsExactly(2);
  }

  @Test
  void aShareNeverStraddlesTwoDevices() {
    var deviceAllocator = new DeviceAllocator(DeviceShare.declared(20_000));
    deviceAllocator.take(gpus(0.6));
    deviceAllocator.take(gpus(0.6));
    assertThat(deviceAllocator.free()).isEqualTo(8_000);
    assertThat(deviceAllocator.fits(gpus(0.4))).isTrue();
    assertThat(deviceAllocator.fits(gpus(0.5))).isFalse();
  }

  @Test
  void twoAreTwoWholeOnes() {
    var deviceAllocator = four();
    deviceAllocator.take(gpus(0.1));
    assertThat(indices(deviceAllocator.take(gpus(2)))).containsExactly(1, 2);
    assertThat(deviceAllocator.fits(gpus(2))).isFalse();
    assertThat(deviceAllocator.fits(gpus(1))).isTrue();
  }

  @Test
  void severalAreNearEachOther() {
    var deviceAllocator = of(
        device(0, "NVIDIA H200", GIB, Map.of("GPU-3", 0, "GPU-1", 5)),
        device(1, "NVIDIA H200", GIB, Map.of("GPU-0", 5, "GPU-2", 0)),
        device(2, "NVIDIA H200", GIB, Map.of("GPU-1", 0)),
        device(3, "NVIDIA H200", GIB, Map.of("GPU-0", 0)));
    assertThat(indices(deviceAllocator.take(gpus(2)))).containsExactly(0, 3);
    assertThat(indices(deviceAllocator.take(gpus(2)))).containsExactly(1, 2);
  }

  @Test
  void memoryIsAsMuchOfOneDeviceAsHasIt() {
    var deviceAllocator = of(
        device(0, "NVIDIA A100-SXM4-80GB", 80 * GIB, Map.of()),
        device(1, "NVIDIA L4", 24 * GIB, Map.of()));
    var twenty = DeviceRequirement.of(Resources.none().gpuMemory("20GiB"));
    assertThat(deviceAllocator.take(twenty)).singleElement().satisfies(share -> {
      assertThat(share.device().index()).isEqualTo(1);
      assertThat(share.units()).isEqualTo(8_334);
    });
    assertThat(deviceAllocator.take(twenty).getFirst().units()).isEqualTo(2_500);
    assertThat(deviceAllocator.fits(DeviceRequirement.of(Resources.none().gpuMemory("81GiB"))))
        .isFalse();
  }

  @Test
  void aKindIsWordsOfTheModel() {
    var deviceAllocator = of(
        device(0, "NVIDIA A100-SXM4-80GB", 80 * GIB, Map.of()),
        device(1, "NVIDIA H200", 141 * GIB, Map.of()));
    assertThat(indices(
            deviceAllocator.take(DeviceRequirement.of(Resources.none().accelerator("h200")))))
        .containsExactly(1);
    assertThat(deviceAllocator.fits(DeviceRequirement.of(Resources.none().accelerator("H200"))))
        .isFalse();
    assertThat(deviceAllocator.fits(
            DeviceRequirement.of(Resources.none().gpus(0.5).accelerator("A100"))))
        .isTrue();
    assertThat(DeviceRequirement.isOfKind("NVIDIA H200", "H20")).isFalse();
    assertThat(DeviceRequirement.isOfKind("NVIDIA A100-SXM4-80GB", "a100-sxm4")).isTrue();
  }

  @Test
  void ofWhatIsSpokenForNothingIsTaken() {
    var deviceAllocator =
        of(device(0, "NVIDIA H200", GIB, Map.of()), device(1, "NVIDIA L4", GIB, Map.of()));
    deviceAllocator.reserveAllMatching(DeviceRequirement.of(Resources.none().accelerator("H200")));
    assertThat(deviceAllocator.fits(gpus(2))).isFalse();
    assertThat(indices(deviceAllocator.take(gpus(1)))).containsExactly(1);
    deviceAllocator.clearReservations();
    assertThat(indices(deviceAllocator.take(gpus(1)))).containsExactly(0);
  }

  @Test
  void anIllDeviceGivesNothingUntilItIsHealthy() {
    var deviceAllocator = four();
    var half = deviceAllocator.take(gpus(0.5));
    var first = half.getFirst().device();
    deviceAllocator.update(List.of(ill(first)));
    assertThat(deviceAllocator.total()).isEqualTo(30_000);
    assertThat(indices(deviceAllocator.take(gpus(0.5)))).containsExactly(1);
    assertThat(deviceAllocator.withCurrentDevices(half).getFirst().device().unhealthyReason())
        .isPresent();
    deviceAllocator.putBack(half);
    assertThat(deviceAllocator.free()).isEqualTo(25_000);
    deviceAllocator.update(List.of(first));
    assertThat(deviceAllocator.free()).isEqualTo(35_000);
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
          new DeviceAllocator(DeviceShare.of(all, 10_000L * all.size())),
          all,
          random,
          "seed " + seed + ", history " + history);
    }
  }

  private static void run(
      DeviceAllocator deviceAllocator, List<Device> all, Random random, String what) {
    List<List<DeviceShare>> held = new ArrayList<>();
    for (int step = 0; step < 60; step++) {
      switch (random.nextInt(5)) {
        case 0, 1, 2 -> {
          var need = DeviceRequirement.of(draw(random));
          if (deviceAllocator.fits(need)) {
            var taken = deviceAllocator.take(need);
            assertThat(taken).as(what).hasSize(need.count());
            held.add(taken);
          }
        }
        case 3 -> {
          if (!held.isEmpty()) {
            deviceAllocator.putBack(held.remove(random.nextInt(held.size())));
          }
        }
        default -> {
          var one = all.get(random.nextInt(all.size()));
          deviceAllocator.update(List.of(random.nextBoolean() ? ill(one) : one));
        }
      }
      check(deviceAllocator, held, what);
    }
    held.forEach(deviceAllocator::putBack);
    deviceAllocator.update(all);
    assertThat(deviceAllocator.free()).as(what).isEqualTo(all.size() * Resources.UNITS_PER_ONE);
  }

  private static Resources draw(Random random) {
    var wanted = random.nextInt(3) == 0
        ? Resources.none().gpuMemory(random.nextLong(1, 90 * GIB))
        : Resources.none()
            .gpus(
                random.nextBoolean() ? random.nextInt(1, 4) : random.nextInt(1, 10_000) / 10_000.0);
    return random.nextInt(4) == 0 ? wanted.accelerator("H200") : wanted;
  }

  private static void check(
      DeviceAllocator deviceAllocator, List<List<DeviceShare>> held, String what) {
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
    for (var device : deviceAllocator.view()) {
      assertThat(device.used()).as(what).isEqualTo(taken.getOrDefault(device.uuid(), 0L));
    }
  }
}
