package io.mobula.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.testkit.PollingAssert;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ReachabilityCleanerTest {
  @Test
  void sweepsThoughSomethingBecomesUnreachableAllTheTime() throws Exception {
    AtomicInteger sweeps = new AtomicInteger();
    ReachabilityCleaner cleaner = new ReachabilityCleaner("test", sweeps::incrementAndGet);
    AtomicInteger gone = new AtomicInteger();
    PollingAssert.untilCollected("it has swept twice", () -> {
      cleaner.watch(new Object(), gone::incrementAndGet);
      return sweeps.get() >= 2;
    });
    assertThat(gone).hasPositiveValue();
    cleaner.close();
  }

  @Test
  void aSweepThatFailsIsNotTheLast() throws Exception {
    AtomicInteger sweeps = new AtomicInteger();
    ReachabilityCleaner cleaner = new ReachabilityCleaner("test", () -> {
      sweeps.incrementAndGet();
      throw new IllegalStateException("on purpose");
    });
    PollingAssert.untilCollected("it has swept twice", () -> sweeps.get() >= 2);
    cleaner.close();
  }

  @Test
  void afterItsEndOnlyLastingWatchesCount() throws Exception {
    AtomicInteger usual = new AtomicInteger();
    AtomicInteger lasting = new AtomicInteger();
    AtomicInteger sweeps = new AtomicInteger();
    ReachabilityCleaner cleaner = new ReachabilityCleaner("test", sweeps::incrementAndGet);
    Object[] held = {new Object(), new Object(), new Object()};
    cleaner.watch(held[0], usual::incrementAndGet);
    cleaner.watchBeyondClose(held[1], lasting::incrementAndGet);
    cleaner.watchBeyondClose(held[2], lasting::incrementAndGet);
    cleaner.close();
    int atTheEnd = sweeps.get();
    held[0] = null;
    held[1] = null;
    PollingAssert.untilCollected("one lasting watch is told", () -> lasting.get() == 1);
    held[2] = null;
    PollingAssert.untilCollected("each lasting watch is told", () -> lasting.get() == 2);
    assertThat(usual).hasValue(0);
    assertThat(sweeps.get()).isLessThanOrEqualTo(atTheEnd + 1);
  }
}
