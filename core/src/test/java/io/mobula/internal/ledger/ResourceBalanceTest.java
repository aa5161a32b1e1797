package io.mobula.internal.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.placement.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests of the balance with histories drawn from a seed. */
class ResourceBalanceTest {
  private static final Resources TOTAL =
      Resources.none().cpus(4).gpus(2).memory(1000).resource("Licence", 3);

  @Test
  void takesAndPutsBack() {
    var balance = new ResourceBalance(TOTAL);
    var wanted = Resources.none().cpus(1.5).resource("Licence", 3);
    assertThat(balance.lacking(wanted)).isEmpty();
    var shares = balance.take(wanted);
    assertThat(shares).isEmpty();
    assertThat(balance.available()).isEqualTo(Resources.none().cpus(2.5).gpus(2).memory(1000));
    assertThat(balance.lacking(wanted)).containsExactly("Licence");
    assertThat(balance.lacking(Resources.none().resource("TPU", 1))).containsExactly("TPU");
    balance.putBack(wanted, shares);
    assertThat(balance.available()).isEqualTo(TOTAL);
  }

  @Test
  void refusesToTakeWhatIsNotFreeAndToPutBackWhatWasNotTaken() {
    var balance = new ResourceBalance(TOTAL);
    assertThatThrownBy(() -> balance.take(Resources.none().cpus(5)))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> balance.putBack(Resources.none().cpus(0.5), List.of()))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(
            () -> balance.putBack(Resources.none().gpus(0.5), DeviceShare.declared(5_000)))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void cpuMayBeOwedAndNothingThatNeedsCpuFitsUntilItIsPaid() {
    var balance = new ResourceBalance(TOTAL);
    var four = Resources.none().cpus(4);
    balance.take(four);
    balance.reclaimCpu(four.units("CPU"));
    assertThat(balance.freeUnits("CPU")).isEqualTo(-40_000);
    assertThat(balance.available().amount("CPU")).isZero();
    assertThat(balance.lacking(Resources.none().cpus(0.0001))).containsExactly("CPU");
    assertThat(balance.lacking(Resources.none().gpus(2))).isEmpty();
    balance.putBack(four, List.of());
    assertThat(balance.lacking(Resources.none().cpus(0.0001))).containsExactly("CPU");
    balance.putBack(four, List.of());
    assertThat(balance.available()).isEqualTo(TOTAL);
  }

  private record Held(Resources wanted, List<DeviceShare> shares) {}

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void neverHandsOutMoreThanThereIs(long seed) {
    var random = new Random(seed);
    var balance = new ResourceBalance(TOTAL);
    List<Held> held = new ArrayList<>();
    for (int step = 0; step < 20_000; step++) {
      if (random.nextBoolean()) {
        var wanted = draw(random);
        if (balance.lacking(wanted).isEmpty()) {
          held.add(new Held(wanted, balance.take(wanted)));
        }
      } else if (!held.isEmpty()) {
        var back = held.remove(random.nextInt(held.size()));
        balance.putBack(back.wanted(), back.shares());
      }
      for (var name : TOTAL.asUnits().keySet()) {
        long taken = held.stream().mapToLong(each -> each.wanted().units(name)).sum();
        assertThat(taken)
            .as("seed %d, step %d, %s", seed, step, name)
            .isLessThanOrEqualTo(TOTAL.units(name));
        assertThat(balance.freeUnits(name)).isEqualTo(TOTAL.units(name) - taken);
      }
    }
    held.forEach(each -> balance.putBack(each.wanted(), each.shares()));
    assertThat(balance.available()).isEqualTo(TOTAL);
  }

  private static Resources draw(Random random) {
    var result = Resources.none();
    if (random.nextBoolean()) {
      result = result.cpus(random.nextInt(1, 40_000) / 10_000.0);
    }
    if (random.nextInt(3) == 0) {
      result = result.gpus(
          random.nextBoolean() ? random.nextInt(0, 3) : random.nextInt(1, 10_000) / 10_000.0);
    }
    if (random.nextInt(4) == 0) {
      result = result.memory(random.nextLong(1, 1000));
    }
    return random.nextInt(3) == 0 ? result.resource("Licence", 1) : result;
  }
}
