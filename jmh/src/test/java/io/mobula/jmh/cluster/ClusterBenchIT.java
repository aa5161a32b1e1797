package io.mobula.jmh.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("long")
@Timeout(240)
class ClusterBenchIT {
  private static final long SMALL = 16L << 20;

  @Test
  void threeProcessesReadWhatOneHasPut() throws Exception {
    var out = new ByteArrayOutputStream();
    var request = new ClusterBench.Request(EnumSet.of(ClusterBench.Part.SHARE), 1, SMALL, 1, null);

    new ClusterBench(request, new PrintStream(new ByteArrayOutputStream()))
        .run(new PrintStream(out, true, StandardCharsets.UTF_8));

    assertThat(out.toString(StandardCharsets.UTF_8))
        .startsWith("**share**: 16 MB")
        .contains("| growth of shared memory", "| reader 3, full pass | ");
  }
}
