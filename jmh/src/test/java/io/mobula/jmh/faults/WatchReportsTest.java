package io.mobula.jmh.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.info.WaitReport;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class WatchReportsTest {
  private static final String LINE = "What waits here will not end by itself: ref 1\n  - a task\n";

  @TempDir
  private Path logs;

  @Test
  void aWaitThatNothingWouldEndIsAViolationAndASilentProcessIsNone() throws Exception {
    Files.writeString(
        logs.resolve("node-1.log"),
        "OUT something\nOUT 12:00 WARN " + LINE + "OUT   What to do: "
            + WaitReport.WaitCause.NOBODY.advice() + "\nOUT more\nOUT 12:01 WARN " + LINE
            + "What to do: "
            + WaitReport.WaitCause.SILENT_PEER.advice() + "\n");
    try (var reports = WatchReports.open()) {
      var logger = LoggerFactory.getLogger("io.mobula.internal.wait.WaitWatchdog");
      logger.warn("{}What to do: {}", LINE, WaitReport.WaitCause.SILENT_PEER.advice());
      assertThat(reports.violations(logs))
          .singleElement()
          .satisfies(found -> assertThat(found.where()).isEqualTo("node-1.log"))
          .satisfies(
              found -> assertThat(found.detail()).startsWith("OUT 12:00").contains("a task"));
      logger.warn("{}What to do: {}", LINE, WaitReport.WaitCause.NOBODY.advice());
      assertThat(reports.violations(logs)).extracting(each -> each.where()).contains("driver");
    }
  }
}
