package io.mobula.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.cli.MobulaCommand;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

/** Test that the command of a checkout has the commands of all plug-ins. */
class CommandsTest {
  @Test
  void theUsageListsBenchmarksAndSamplesWhereTheyAlwaysWere() {
    var out = new StringWriter();

    assertThat(MobulaCommand.commandLine().setOut(new PrintWriter(out, true)).execute("--help"))
        .isZero();
    assertThat(out.toString())
        .containsSubsequence(
            "\n  start",
            "\n  stop",
            "\n  status",
            "\n  gpus",
            "\n  run",
            "\n  demo",
            "\n  sample",
            "\n  bench",
            "\n  microbenchmark",
            "\n  jmh");
  }

  @Test
  void runsACommandOfAPlugin() {
    var out = new StringWriter();

    assertThat(MobulaCommand.commandLine()
            .setOut(new PrintWriter(out, true))
            .execute("bench", "one-node", "--help"))
        .isZero();
    assertThat(out.toString()).contains("mobula bench one-node", "--seconds");
  }
}
