package io.mobula.jmh.onenode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.mobula.jmh.measure.QuantityFormat;
import io.mobula.jmh.measure.TimedOperation;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OneNodeBenchTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final PrintStream nowhere = new PrintStream(new ByteArrayOutputStream());

  @TempDir
  Path directory;

  @Test
  void printsARowForEachTitleThatMatches() throws Exception {
    var json = directory.resolve("rows.json");

    int rows = run("^(task|actor call|put Tensor, 1 KB|get Tensor, 1 KB)", json);

    assertThat(rows).isEqualTo(6);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains(
            "| task, sync | ", "| actor call, pipelined | ", "| put Tensor, 1 KB | ", "Machine: ");
    assertThat(Files.readString(json))
        .startsWith("[\n  {\"name\": \"task, sync\"")
        .endsWith("]\n");
  }

  @Test
  void timesNothingThatDoesNotMatch() throws Exception {
    assertThat(run("no such row", null)).isZero();
  }

  @Test
  void startsFreshJvms() throws Exception {
    assertThat(new FreshJvmStartUp("bare", StartUpProbe.AKKA).nanosPerOperation(1))
        .isPositive();
  }

  @Test
  void refusesATimeThatIsNotAboveZero() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new OneNodeBench.Request(Double.NaN, Pattern.compile(""), null));
  }

  @Test
  void takesTheMiddleOfTheRounds() {
    var operation = TimedOperation.repeating("bare", 1, () -> {});
    var measuredTimes = new MeasuredTimes();
    for (double nanos : new double[] {900, 1, 3, 2}) {
      measuredTimes.add(operation, nanos);
    }
    assertThat(measuredTimes.medianOf(operation)).isEqualTo(2.5);
    assertThat(QuantityFormat.time(measuredTimes.medianOf(operation))).isEqualTo("2.50 ns");
  }

  private int run(String only, Path json) throws Exception {
    var request = new OneNodeBench.Request(0.001, Pattern.compile(only), json);
    return new OneNodeBench(request, nowhere)
        .run(new PrintStream(out, true, StandardCharsets.UTF_8));
  }
}
