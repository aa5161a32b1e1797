package io.mobula.internal.actor;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.Gpu;
import io.mobula.internal.execution.CpuHold;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Test of the CPUs of an actor several of whose methods run and wait. */
class SharedCpuHoldTest {
  private final CountedHold lease = new CountedHold();
  private final SharedCpuHold hold = new SharedCpuHold(lease);

  /** Lease that refuses to be given back or taken back twice. */
  private static final class CountedHold implements CpuHold {
    private boolean away;

    @Override
    public void giveBack() {
      assertThat(away).isFalse();
      away = true;
    }

    @Override
    public void takeBack() {
      assertThat(away).isTrue();
      away = false;
    }

    @Override
    public List<Gpu> gpus() {
      return List.of();
    }
  }

  @Test
  void theCpusAreGivenBackWhenTheLastRunningMethodWaits() {
    hold.begin();
    hold.begin();
    hold.giveBack();
    assertThat(lease.away).isFalse();
    hold.giveBack();
    assertThat(lease.away).isTrue();
    hold.takeBack();
    assertThat(lease.away).isFalse();
  }

  @Test
  void aMethodThatBeginsWhileAllWaitTakesThemAndItsEndGivesThemBack() {
    hold.begin();
    hold.giveBack();
    assertThat(lease.away).isTrue();
    hold.begin();
    assertThat(lease.away).isFalse();
    hold.end();
    assertThat(lease.away).isTrue();
    hold.takeBack();
    hold.end();
    assertThat(lease.away).isFalse();
  }

  @Test
  void theyAreAwayExactlyWhileMethodsRunAndAllOfThemWait() {
    for (int seed = 0; seed < 300; seed++) {
      var random = new Random(seed);
      int running = 0;
      int waiting = 0;
      for (int step = 0; step < 100; step++) {
        switch (random.nextInt(4)) {
          case 0 -> {
            hold.begin();
            running++;
          }
          case 1 -> {
            if (running > waiting) {
              hold.end();
              running--;
            }
          }
          case 2 -> {
            if (running > waiting) {
              hold.giveBack();
              waiting++;
            }
          }
          default -> {
            if (waiting > 0) {
              hold.takeBack();
              waiting--;
            }
          }
        }
        assertThat(lease.away)
            .as("seed %s, step %s: %s of %s wait", seed, step, waiting, running)
            .isEqualTo(waiting > 0 && waiting == running);
      }
      for (; waiting > 0; waiting--) {
        hold.takeBack();
      }
      for (; running > 0; running--) {
        hold.end();
      }
    }
  }
}
