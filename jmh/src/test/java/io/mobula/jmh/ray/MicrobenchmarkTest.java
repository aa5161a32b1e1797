package io.mobula.jmh.ray;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Smoke test that runs every workload once, whatever its speed. */
class MicrobenchmarkTest {
  private static final double BRIEF = 0.01;

  @TempDir
  Path directory;

  @Test
  void allWorkloadsButThoseOfGigabytesRun() throws Exception {
    var json = directory.resolve("all.json");
    var printed = new ByteArrayOutputStream();
    var small = Pattern.compile("^(?!.*gigabytes)");
    new Microbenchmark(
            new Microbenchmark.Request(true, small, BRIEF, json, null),
            new PrintStream(OutputStream.nullOutputStream()))
        .run(new PrintStream(printed, true, StandardCharsets.UTF_8));
    var lines = printed.toString(StandardCharsets.UTF_8).lines().toList();
    assertThat(lines)
        .hasSize(27)
        .allMatch(line -> line.matches(".+ per second [0-9.]+ \\+- [0-9.]+"));
    assertThat(Files.readString(json))
        .contains("\"name\": \"1:1 actor calls sync\", \"unit\": \"calls/s\", \"mean\": ");
  }

  @Test
  void meanAndDeviationAreNumpys() {
    var rate = new WorkloadRate("a", "calls", List.of(1.0, 2.0, 3.0, 4.0));
    assertThat(rate.line()).isEqualTo("a per second 2.50 +- 1.12");
    assertThat(rate.json())
        .isEqualTo(
            "{\"name\": \"a\", \"unit\": \"calls/s\", \"mean\": 2.500, \"stddev\": 1.118, \"rounds\": [1.000, 2.000, 3.000, 4.000]}");
  }

  @Test
  void whatNoWorkloadIsCalledIsRefused() {
    var none = Pattern.compile("no such thing");
    assertThatThrownBy(() -> new Microbenchmark.Request(true, none, 1, null, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("single client get calls");
    var all = Pattern.compile("");
    assertThatThrownBy(() -> new Microbenchmark.Request(true, all, 0, null, null))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aRatioIsPrintedOnlyWhereBothSidesRan() throws Exception {
    Files.writeString(directory.resolve("ray.txt"), """
        Tip: something
        single client get calls (Plasma Store) per second 1000.0 +- 10.0
        1:1 actor calls sync per second 500.0 +- 1.0
        """);
    Files.writeString(directory.resolve("mobula-processes.json"), """
        [
          {"name": "single client get calls", "unit": "gets/s", "mean": 50000.000, "stddev": 1.000, "rounds": [1.000]},
          {"name": "n:n actor calls async", "unit": "calls/s", "mean": 70000.000, "stddev": 1.000, "rounds": [1.000]}
        ]
        """);
    RayComparison.write(directory);
    var table = Files.readString(directory.resolve("comparison.md"));
    assertThat(table)
        .contains(
            "| single client get calls † | 1.00 k/s | – | 50.0 k/s | **×50.0** | ×50.0 | – | – |")
        .contains("| n:n actor calls async | – | – | 70.0 k/s | – | ×80.0 |")
        .contains("† single client get calls: the value is an integer")
        .doesNotContain("† single client put calls")
        .doesNotContain("1:1 actor calls sync");
    assertThat(directory.resolve("comparison.png")).isNotEmptyFile();
  }
}
