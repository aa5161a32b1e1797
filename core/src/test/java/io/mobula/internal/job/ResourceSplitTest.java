package io.mobula.internal.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.error.InvalidRequestException;
import io.mobula.placement.Resources;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ResourceSplitTest {
  private static final Resources ALL =
      Resources.none().cpus(6).gpus(5).memory(1001).resource("Licence", 3);

  @Test
  void dividesEquallyAndKeepsWholeGpusThatAreLeftOver() {
    assertThat(ResourceSplit.of(ALL, 2, Map.of()))
        .isEqualTo(new ResourceSplit(
            Resources.none().gpus(1).memory(1),
            Resources.none().cpus(3).gpus(2).memory(500).resource("Licence", 1.5)));
  }

  @Test
  void givesWhatIsSaidAndKeepsTheRest() {
    var said = Map.of(Resources.CPU, 10_000L, "Licence", 0L, Resources.GPU, 20_000L);
    assertThat(ResourceSplit.of(ALL, 2, said))
        .isEqualTo(new ResourceSplit(
            Resources.none().cpus(4).gpus(1).memory(1).resource("Licence", 3),
            Resources.none().cpus(1).gpus(2).memory(500)));
  }

  @Test
  void refusesMoreThanThereIsAndNamesBoth() {
    assertThatThrownBy(() -> ResourceSplit.of(ALL, 4, Map.of(Resources.CPU, 20_000L)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("4 workers with {CPU=2.0} each")
        .hasMessageContaining("the node's {CPU=6.0}");
    assertThatThrownBy(() -> ResourceSplit.of(ALL, 1, Map.of("Quiet", 1L)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("{Quiet=1.0E-4}");
  }

  @Test
  void neverMakesOrLosesAnything() {
    long seed = System.nanoTime();
    var random = new SplittableRandom(seed);
    for (int i = 0; i < 1000; i++) {
      var all = Resources.none()
          .withUnits(Resources.CPU, random.nextLong(1_000_000))
          .withUnits(Resources.GPU, random.nextLong(20) * Resources.UNITS_PER_ONE)
          .withUnits("Licence", random.nextLong(7));
      int workers = random.nextInt(1, 9);
      var resourceSplit = ResourceSplit.of(all, workers, Map.of());
      for (var name : all.asUnits().keySet()) {
        assertThat(resourceSplit.node().units(name)
                + workers * resourceSplit.worker().units(name))
            .as("%s of %s among %d, seed %d", name, all, workers, seed)
            .isEqualTo(all.units(name));
        assertThat(resourceSplit.node().units(name)).isNotNegative();
      }
    }
  }
}
