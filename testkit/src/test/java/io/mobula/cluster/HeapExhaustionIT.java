package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.testkit.ForkedJvm;
import java.time.Duration;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;

/**
 * Test of a heap that a program's code fills: that code fails, and either the node continues or its
 * process ends, which others see. The node never hangs.
 */
@Tag("long")
class HeapExhaustionIT {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final int HEAP_FULL = 72; // exit code of HeapExhaustion
  private static final int ENDED_BY_AKKA = 255;

  @RepeatedTest(3)
  void eitherGoesOnOrEnds() throws Exception {
    var plan = ForkedJvm.of(HeapExhaustionNode.class)
        .flags("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
        .arguments("10");
    var flags = System.getProperty("mobula.child.flags", "").trim();
    try (var jvm = (flags.isEmpty() ? plan : plan.flags(flags.split("\\s+"))).start()) {
      int exit = jvm.awaitExit(LIMIT);
      assertThat(exit).as(jvm::toString).isIn(0, HEAP_FULL, ENDED_BY_AKKA);
      if (exit == 0) {
        assertThat(jvm.awaitLine("ended well", LIMIT)).isNotNull();
      }
    }
  }
}
