package io.mobula.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.testkit.ForkedJvm;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Output of {@code mobula stop} where there is no node to stop. */
@Timeout(120)
class StopCommandIT {
  private static final Duration LIMIT = Duration.ofSeconds(100);

  @Test
  void withNothingRunningItSaysSoWithACodeOfItsOwn(@TempDir Path runtimeDirectory)
      throws Exception {
    try (var stop = ForkedJvm.of(MobulaCommand.class)
        .flags("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
        .environment("XDG_RUNTIME_DIR", runtimeDirectory.toString())
        .arguments("stop")
        .start()) {
      assertThat(stop.awaitExit(LIMIT)).as("%s", stop).isEqualTo(ExitCode.NOTHING_TO_DO);
      assertThat(stop.output()).containsExactly("no node of yours runs on this host");
    }
  }
}
