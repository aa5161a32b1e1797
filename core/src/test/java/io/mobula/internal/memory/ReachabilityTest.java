package io.mobula.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class ReachabilityTest {
  private static boolean collectUntil(BooleanSupplier condition, Runnable meanwhile) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
      meanwhile.run();
      System.gc();
    }
    return condition.getAsBoolean();
  }

  @Test
  void sweepsThoughSomethingBecomesUnreachableAllTheTime() {
    AtomicInteger sweeps = new AtomicInteger();
    Reachability reachability = new Reachability("test", sweeps::incrementAndGet);
    AtomicInteger gone = new AtomicInteger();
    assertThat(collectUntil(
            () -> sweeps.get() >= 2, () -> reachability.watch(new Object(), gone::incrementAndGet)))
        .isTrue();
    assertThat(gone).hasPositiveValue();
    reachability.close();
  }

  @Test
  void aSweepThatFailsIsNotTheLast() {
    AtomicInteger sweeps = new AtomicInteger();
    Reachability reachability = new Reachability("test", () -> {
      sweeps.incrementAndGet();
      throw new IllegalStateException("on purpose");
    });
    assertThat(collectUntil(() -> sweeps.get() >= 2, Thread::onSpinWait)).isTrue();
    reachability.close();
  }

  @Test
  void afterItsEndOnlyLastingWatchesCount() {
    AtomicInteger usual = new AtomicInteger();
    AtomicInteger lasting = new AtomicInteger();
    AtomicInteger sweeps = new AtomicInteger();
    Reachability reachability = new Reachability("test", sweeps::incrementAndGet);
    Object[] held = {new Object(), new Object(), new Object()};
    reachability.watch(held[0], usual::incrementAndGet);
    reachability.watchLasting(held[1], lasting::incrementAndGet);
    reachability.watchLasting(held[2], lasting::incrementAndGet);
    reachability.close();
    int atTheEnd = sweeps.get();
    held[0] = null;
    held[1] = null;
    assertThat(collectUntil(() -> lasting.get() == 1, Thread::onSpinWait)).isTrue();
    held[2] = null;
    assertThat(collectUntil(() -> lasting.get() == 2, Thread::onSpinWait)).isTrue();
    assertThat(usual).hasValue(0);
    assertThat(sweeps.get()).isLessThanOrEqualTo(atTheEnd + 1);
  }
}
