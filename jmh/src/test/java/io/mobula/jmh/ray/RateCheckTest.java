package io.mobula.jmh.ray;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests of the comparison of a run with an earlier one. */
class RateCheckTest {
  @TempDir
  Path directory;

  private RateCheck earlier(WorkloadRate... rates) throws IOException {
    var file = directory.resolve("earlier.json");
    var json = List.of(rates).stream().map(WorkloadRate::json).toList();
    Files.writeString(file, json.toString());
    return RateCheck.of(file);
  }

  private static WorkloadRate rate(String name, double mean) {
    return new WorkloadRate(name, "calls", List.of(mean));
  }

  @Test
  void aWorkloadThatLostAThirdHasFallen() throws Exception {
    var check = earlier(rate("a", 300), rate("b", 300), rate("c", 300), rate("d", 300));
    var rows = check.compare(List.of(rate("a", 200), rate("b", 201), rate("d", 900), rate("e", 1)));
    assertThat(rows).extracting(RateCheck.Row::name).containsExactly("a", "b", "d");
    assertThat(rows).extracting(RateCheck.Row::hasFallen).containsExactly(true, false, false);
    assertThat(check.lines(rows))
        .first()
        .isEqualTo("check: a: 200.00, earlier 300.00, ratio 0.67 FALLEN");
    assertThat(check.lines(rows))
        .last()
        .isEqualTo("check: file=" + directory.resolve("earlier.json") + " rows=3 fallen=1");
  }

  @Test
  void aFileWithoutRatesIsRefused() throws Exception {
    var file = Files.writeString(directory.resolve("empty.json"), "[]");
    assertThatThrownBy(() -> RateCheck.of(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no rates in " + file)
        .hasMessageContaining("--json");
  }

  @Test
  void ratesOfOtherWorkloadsAreRefusedBeforeAnythingIsMeasured() throws Exception {
    var check = earlier(rate("of another program", 1));
    var only = Pattern.compile("put calls");
    assertThatThrownBy(() -> new Microbenchmark.Request(true, only, 1, null, check))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("single client put calls, 1 KB");
  }
}
