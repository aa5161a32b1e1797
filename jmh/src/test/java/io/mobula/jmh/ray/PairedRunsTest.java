package io.mobula.jmh.ray;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PairedRunsTest {
  @TempDir
  Path directory;

  private static List<Double> oneToTen() {
    return IntStream.rangeClosed(1, 10).mapToObj(i -> (double) i).toList();
  }

  @Test
  void tenPairsAreBoundedByTheSecondFromEitherEnd() {
    assertThat(PairedRuns.row("w", oneToTen())).isEqualTo(new PairedRuns.Row("w", 5.5, 2, 9));
  }

  @Test
  void fivePairsBoundNothing() {
    var row = PairedRuns.row("w", List.of(0.1, 0.1, 0.1, 0.1, 0.1));
    assertThat(row.hasFallen()).isFalse();
    assertThat(row.high()).isInfinite();
  }

  @Test
  void theIntervalHoldsTheTrueMedianInAtLeast95OfAHundredSamples() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    int held = 0;
    for (int i = 0; i < 4_000; i++) {
      var sample = DoubleStream.generate(() -> Math.exp(random.nextGaussian())).limit(10);
      var row = PairedRuns.row("w", sample.boxed().toList()); // the true median is 1
      held += row.low() <= 1 && row.high() >= 1 ? 1 : 0;
    }
    assertThat(held).as("seed " + seed).isGreaterThan((int) (0.965 * 4_000)); // 97.9 % expected
  }

  @Test
  void aWorkloadThatLostATenthHasFallenAndOneThatVariesHasNot() throws Exception {
    for (int i = 1; i <= 10; i++) {
      write("before-" + i, 100 + i, 100);
      write("after-" + i, 0.9 * (100 + i), i % 2 == 0 ? 120 : 80);
    }
    var printed = new ByteArrayOutputStream();
    assertThat(PairedRuns.print(directory, new PrintStream(printed, true, StandardCharsets.UTF_8)))
        .isFalse();
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .contains("| tasks | 0.900 | 0.900 to 0.900 | FALLEN |")
        .contains("| puts | 1.000 | 0.800 to 1.200 | interval wider than ±5 % |")
        .contains("pairs: pairs=10 rows=2 fallen=1");
  }

  @Test
  void aDirectoryWithoutAPairIsRefused() throws Exception {
    write("before-1", 1, 1);
    assertThatThrownBy(() -> PairedRuns.print(directory, System.out))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("jmh/compare/pairs makes them");
  }

  private void write(String name, double tasks, double puts) throws IOException {
    var rates = List.of(
        new WorkloadRate("tasks", "tasks", List.of(tasks)),
        new WorkloadRate("puts", "puts", List.of(puts)));
    Files.writeString(
        directory.resolve(name + ".json"),
        String.join(",\n", rates.stream().map(WorkloadRate::json).toList()));
  }
}
