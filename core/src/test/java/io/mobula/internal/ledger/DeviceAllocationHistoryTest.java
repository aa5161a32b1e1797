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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests with thousands of histories of a few nodes: grants, fractions, returns, bundles that are
 * reserved together and granted from, devices that become unhealthy, drivers and nodes that die.
 */
class DeviceAllocationHistoryTest {
  private static final long GIB = 1L << 30;
  private static final long WHOLE = Resources.UNITS_PER_ONE;

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14})
  void noDeviceIsOverOneNoFractionOverTwoAndAllIsBackAtTheEnd(long seed) {
    for (int history = 0; history < 1000; history++) {
      new History(new Random(seed * 1_000_000 + history), "seed " + seed + ", history " + history)
          .run();
    }
  }

  /** One history of random steps. */
  private static final class History {
    /** Amount that is held of a balance. */
    private record Held(
        int driver, ResourceBalance of, Resources wanted, List<DeviceShare> shares) {}

    /** Bundle of a group: what is held of the node, and the balance in the bundle. */
    private record Bundle(int group, Held outer, ResourceBalance inner) {}

    private final Random random;
    private final String what;
    private final List<ResourceBalance> nodes = new ArrayList<>();
    private final List<Held> held = new ArrayList<>();
    private final List<Bundle> bundles = new ArrayList<>();
    private int groups;

    private History(Random random, String what) {
      this.random = random;
      this.what = what;
      for (int i = 0; i < 3; i++) {
        nodes.add(node());
      }
    }

    private static ResourceBalance node() {
      return new ResourceBalance(
          Resources.none().cpus(8).memory(100), DeviceShare.of(devices(), 4 * WHOLE));
    }

    private static List<Device> devices() {
      return IntStream.range(0, 4)
          .mapToObj(index -> device(index, Optional.empty()))
          .toList();
    }

    private static Device device(int index, Optional<String> illness) {
      return new Device(
          index,
          "GPU-" + index,
          index < 2 ? "NVIDIA H200" : "NVIDIA L4",
          index < 2 ? 141 * GIB : 24 * GIB,
          "9.0",
          Map.of("GPU-" + (index ^ 1), 0),
          illness);
    }

    private void run() {
      for (int step = 0; step < 80; step++) {
        switch (random.nextInt(10)) {
          case 0, 1, 2 -> grant(nodes.get(random.nextInt(nodes.size())), draw());
          case 3, 4 -> {
            if (!bundles.isEmpty()) {
              grant(bundles.get(random.nextInt(bundles.size())).inner(), draw());
            }
          }
          case 5 -> {
            if (!held.isEmpty()) {
              putBack(held.get(random.nextInt(held.size())));
            }
          }
          case 6 -> reserve();
          case 7 -> removeGroup(random.nextInt(groups + 1));
          case 8 -> fallIllOrRecover(nodes.get(random.nextInt(nodes.size())));
          default -> die();
        }
        check();
      }
      IntStream.rangeClosed(0, groups).forEach(this::removeGroup);
      List.copyOf(held).forEach(this::putBack);
      for (var node : nodes) {
        node.update(devices());
        assertThat(node.available()).as(what).isEqualTo(node.total());
        assertThat(node.available().amount("GPU")).as(what).isEqualTo(4);
      }
    }

    private Resources draw() {
      var wanted =
          random.nextBoolean() ? Resources.none().cpus(0.5) : Resources.none().memory(7);
      wanted = switch (random.nextInt(4)) {
        case 0 -> wanted.gpus(random.nextInt(1, 10_000) / 10_000.0);
        case 1 -> wanted.gpus(random.nextInt(1, 3));
        case 2 -> wanted.gpuMemory(random.nextLong(1, 30 * GIB));
        default -> wanted;
      };
      return random.nextInt(4) == 0 ? wanted.accelerator("H200") : wanted;
    }

    private boolean grant(ResourceBalance of, Resources wanted) {
      boolean free = of.lacking(wanted).isEmpty();
      if (free) {
        held.add(new Held(random.nextInt(3), of, wanted, of.take(wanted)));
      }
      return free;
    }

    @SuppressWarnings("ReferenceEquality") // compared by identity, as equal ones are not the same
    private void putBack(Held one) {
      assertThat(held.removeIf(each -> each == one)).as(what).isTrue();
      one.of().putBack(one.wanted(), one.shares());
    }

    /** Reserves the bundles of a group on any nodes, all or none. */
    private void reserve() {
      int group = ++groups;
      int count = random.nextInt(1, 4);
      int before = held.size();
      for (int i = 0; i < count; i++) {
        var wanted = draw();
        boolean found = false;
        for (int n = 0; n < nodes.size() && !found; n++) {
          found = grant(nodes.get(n), wanted);
        }
        if (!found) {
          List.copyOf(held.subList(before, held.size())).forEach(this::putBack);
          return;
        }
      }
      for (var outer : List.copyOf(held.subList(before, held.size()))) {
        bundles.add(new Bundle(group, outer, new ResourceBalance(outer.wanted(), outer.shares())));
      }
    }

    @SuppressWarnings("ReferenceEquality")
    private void removeGroup(int group) {
      for (var bundle : List.copyOf(bundles)) {
        if (bundle.group() == group) {
          List.copyOf(held).stream()
              .filter(each -> each.of() == bundle.inner())
              .forEach(this::putBack);
          if (held.stream().anyMatch(each -> each == bundle.outer())) {
            putBack(bundle.outer());
          }
          bundles.remove(bundle);
        }
      }
    }

    private void fallIllOrRecover(ResourceBalance node) {
      int index = random.nextInt(4);
      node.update(
          List.of(device(index, random.nextBoolean() ? Optional.of("is ill") : Optional.empty())));
    }

    /** Kills a driver, whose leases come back, or a node with everything on it. */
    @SuppressWarnings("ReferenceEquality")
    private void die() {
      if (random.nextBoolean()) {
        int driver = random.nextInt(3);
        for (var one : List.copyOf(held)) {
          if (one.driver() == driver
              && bundles.stream().noneMatch(bundle -> bundle.outer() == one)) {
            putBack(one);
          }
        }
        return;
      }
      int which = random.nextInt(nodes.size());
      var dead = nodes.set(which, node());
      for (var bundle : List.copyOf(bundles)) {
        if (bundle.outer().of() == dead) {
          held.removeIf(each -> each.of() == bundle.inner());
          bundles.remove(bundle);
        }
      }
      held.removeIf(each -> each.of() == dead);
    }

    private void check() {
      Map<ResourceBalance, Map<String, Long>> taken = new HashMap<>();
      for (var one : held) {
        var need = DeviceRequirement.of(one.wanted());
        assertThat(one.shares()).as(what).hasSize(need.count());
        assertThat(one.shares().size() < 2
                || one.shares().stream().allMatch(share -> share.units() == WHOLE))
            .as(what)
            .isTrue();
        var byDevice = taken.computeIfAbsent(one.of(), balance -> new HashMap<>());
        one.shares()
            .forEach(share -> byDevice.merge(share.device().uuid(), share.units(), Long::sum));
      }
      taken.forEach((balance, byDevice) -> {
        for (var device : balance.devices()) {
          long units = byDevice.getOrDefault(device.uuid(), 0L);
          assertThat(units).as(what).isLessThanOrEqualTo(Math.min(WHOLE, device.total()));
          assertThat(device.used()).as(what).isEqualTo(units);
        }
      });
    }
  }
}
