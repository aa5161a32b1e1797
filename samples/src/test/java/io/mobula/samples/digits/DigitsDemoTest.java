package io.mobula.samples.digits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class DigitsDemoTest {
  @TempDir
  Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @Test
  @Timeout(120)
  void learnsTheDigitsWithBothModels() throws IOException {
    var defaults = DemoSettings.DEFAULT;
    var plot = folder.resolve("plot.png");
    int exit = run(new DemoSettings(
        1, defaults.shards(), defaults.workers(), defaults.epochs(), defaults.seed(), plot));

    assertThat(exit).isZero();
    assertThat(lines().getLast())
        .matches(
            "demo: accuracy=0\\.9[5-9]\\d shards=4 workers=2 updates=5520 seconds=\\d+\\.\\d plot="
                + Pattern.quote(plot.toString()));
    assertThat(lines()).anyMatch(line -> line.matches("softmax regression: accuracy 0\\.9[5-9].*"));
    assertThat(plot).isNotEmptyFile();
  }

  @Test
  @Timeout(120)
  void failsWhenItLearnedTooLittle() throws IOException {
    int exit = run(new DemoSettings(1, 3, 3, 1, 1, folder.resolve("plot.png")));

    assertThat(exit).isEqualTo(1);
    assertThat(lines().getLast())
        .matches("demo: accuracy=0\\.\\d{3} shards=3 workers=3 updates=\\d+ .*");
  }

  @Test
  void refusesWhatCannotRun() {
    var plot = folder.resolve("plot.png");
    assertThatThrownBy(() -> new DemoSettings(17, 1, 1, 1, 1, plot))
        .hasMessageContaining("nodes=17");
    assertThatThrownBy(() -> new DemoSettings(1, 0, 1, 1, 1, plot))
        .hasMessageContaining("shards=0");
    assertThatThrownBy(() -> new DemoSettings(1, 1, 65, 1, 1, plot))
        .hasMessageContaining("workers=65");
    assertThatThrownBy(() -> new DemoSettings(1, 1, 1, -1, 1, plot))
        .hasMessageContaining("epochs=-1");
  }

  private int run(DemoSettings settings) throws IOException {
    return DigitsDemo.run(settings, new PrintStream(out, true, StandardCharsets.UTF_8));
  }

  private List<String> lines() {
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
