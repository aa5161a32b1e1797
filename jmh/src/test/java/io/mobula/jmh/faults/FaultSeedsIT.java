package io.mobula.jmh.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Seeds of the fault test that once failed, each with the reason. */
@Tag("long")
class FaultSeedsIT {
  private static final int SECONDS = 60;
  private static final int NODES = 5;

  @ParameterizedTest
  @ValueSource(
      longs = {
        21, // the large result of an actor that had died was lost, which is allowed
      })
  void nothingIsPendingAndNothingIsViolated(long seed) throws Exception {
    var out = new ByteArrayOutputStream();
    var result = new FaultBench(new FaultBench.Request(SECONDS, seed, NODES), System.out)
        .run(new PrintStream(out, true, StandardCharsets.UTF_8));
    assertThat(result.hasPassed()).as("%s", out).isTrue();
    assertThat(result.kills()).isPositive();
  }
}
