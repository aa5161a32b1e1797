package io.mobula.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.contract.PollingAssert;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ReachabilityTest {
  @Test
  void sweepsThoughSomethingBecomesUnreachableAllTheTime() throws Exception {
    AtomicInteger sweeps = new AtomicInteger();
    Reachability reachability = new Reachability("test", sweeps::incrementAndGet);
    AtomicInteger gone = new AtomicInteger();
    PollingAssert.untilCollected("it has swept twice", () -> {
      reachability.watch(new Object(), gone::incrementAndGet);
      return sweeps.get() >= 2;
    });
    assertThat(gone).hasPositiveValue();
    reachability.close();
  }

  @Test
  void aSweepThatFailsIsNotTheLast() throws Exception {
    AtomicInteger sweeps = new AtomicInteger();
    Reachability reachability = new Reachability("test", () -> {
      sweeps.incrementAndGet();
      throw new IllegalStateException("on purpose");
    });
    PollingAssert.untilCollected("it has swept twice", () -> sweeps.get() >= 2);
    reachability.close();
  }

  @Test
  void afterItsEndOnlyLastingWatchesCount() throws Exception {
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
    PollingAssert.untilCollected("one lasting watch is told", () -> lasting.get() == 1);
    held[2] = null;
    PollingAssert.untilCollected("each lasting watch is told", () -> lasting.get() == 2);
    assertThat(usual).hasValue(0);
    assertThat(sweeps.get()).isLessThanOrEqualTo(atTheEnd + 1);
  }
}
