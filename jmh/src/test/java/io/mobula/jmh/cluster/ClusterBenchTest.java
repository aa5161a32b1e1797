package io.mobula.jmh.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterBenchTest {
  private static final long SMALL = 16L << 20;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @TempDir
  Path directory;

  @Test
  void printsTheTableThatIsWanted() throws Exception {
    var json = directory.resolve("rows.json");
    var request = new ClusterBench.Request(EnumSet.of(ClusterBench.Part.SPILL), 1, SMALL, 1, json);

    new ClusterBench(request, new PrintStream(new ByteArrayOutputStream()))
        .run(new PrintStream(out, true, StandardCharsets.UTF_8));

    assertThat(out.toString(StandardCharsets.UTF_8))
        .startsWith("**spill**: 16 MB")
        .contains("| put | ", "| get, in the same order | ", "Machine: ")
        .doesNotContain("**share**");
    assertThat(Files.readString(json))
        .startsWith("[\n  {\"table\": \"spill\", \"name\": \"put\"")
        .endsWith("]\n");
  }

  @Test
  void measuresAllTablesUnlessToldWhich() {
    assertThat(new ClusterBench.Request(Set.of(), 1, SMALL, 1, null).parts())
        .containsExactly(ClusterBench.Part.values());
  }

  @Test
  void knowsTablesByTheirNames() {
    assertThat(ClusterBench.Part.named("kill")).isEqualTo(ClusterBench.Part.KILL);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ClusterBench.Part.named("spil"))
        .withMessageContaining("\"spil\"")
        .withMessageContaining("spill");
  }

  @Test
  void refusesWhatCannotBeMeasured() {
    var all = Set.<ClusterBench.Part>of();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ClusterBench.Request(all, 0, SMALL, 1, null));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ClusterBench.Request(all, 1, SMALL - 8, 1, null));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ClusterBench.Request(all, 1, SMALL + 1, 1, null));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ClusterBench.Request(all, 1, SMALL, 0, null));
  }

  @Test
  void comparesMediansAndJudgesGoals() {
    var ours = MeasurementSeries.throughput("Mobula", 1000);
    var bare = MeasurementSeries.throughput("bare", 1000);
    for (double nanos : new double[] {9000, 1000, 2000}) {
      ours.add(nanos);
      bare.add(nanos / 2);
    }
    var growth = MeasurementSeries.ratio("Mobula");
    growth.add(1.25);

    assertThat(MeasuredRow.of("get", ours, bare).markdown())
        .isEqualTo("| get | 2.00 µs, 500 MB/s | bare 1.00 µs, 1000 MB/s | 0.50 | – |  |\n");
    assertThat(new MeasuredRow("growth", growth, List.of(), 1.1).markdown())
        .isEqualTo("| growth | 1.25 × |  |  | ≤ 1.10 × | **no** |\n");
  }
}
