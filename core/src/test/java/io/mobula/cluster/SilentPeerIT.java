package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.mobula.LocalCluster;
import io.mobula.contract.FileEventLog;
import io.mobula.contract.FileLatch;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.wait.WaitWatchdog;
import io.mobula.testkit.PollingAssert;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * Tests that work that waits for a stopped process is reported after ten seconds, and ends when the
 * process goes on.
 */
@Tag("long")
@Timeout(180)
class SilentPeerIT {
  @TempDir
  Path directory;

  private final BlockingQueue<String> warnings = new LinkedBlockingQueue<>();

  static int hold(FileLatch latch, FileEventLog eventLog) throws Exception {
    eventLog.add("runs");
    latch.await();
    return 1;
  }

  static final class Holder {
    int hold(FileLatch latch, FileEventLog eventLog) throws Exception {
      return SilentPeerIT.hold(latch, eventLog);
    }
  }

  private static void signal(String name, long pid) throws Exception {
    var kill = new ProcessBuilder("kill", name, String.valueOf(pid)).inheritIO().start();
    assertThat(kill.waitFor(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aStoppedProcessIsNamedAfterTenSecondsAndNotWhileItRuns() throws Exception {
    var appender = new AppenderBase<ILoggingEvent>() {
      @Override
      protected void append(ILoggingEvent event) {
        warnings.add(event.getFormattedMessage());
      }
    };
    appender.start();
    ((Logger) LoggerFactory.getLogger(WaitWatchdog.class)).addAppender(appender);
    try (var cluster = LocalCluster.builder().nodes(1).cpusPerNode(2).start()) {
      var latch = new FileLatch(directory.resolve("gate").toString());
      var eventLog = new FileEventLog(directory.resolve("journal").toString());
      var runtime = cluster.runtime();
      var node = cluster.nodes().getFirst();
      var task = runtime.task(SilentPeerIT::hold, latch, eventLog).remote();
      var call = runtime
          .actor(Holder::new)
          .remote()
          .call(Holder::hold, latch, eventLog)
          .remote();
      eventLog.await("runs", 2);
      for (var ref : List.of(task, call)) {
        PollingAssert.until(() -> runtime.whyPending(ref).text(), () -> {
          var report = runtime.whyPending(ref);
          return report.cause() == WaitCause.PEER && report.text().contains("runs in thread");
        });
      }
      assertThat(warnings.poll(5, TimeUnit.SECONDS)).isNull(); // two inspections and more
      signal("-STOP", node.pid());
      long stopped = System.nanoTime();
      try {
        var report = warnings.poll(60, TimeUnit.SECONDS);
        assertThat(System.nanoTime() - stopped).isGreaterThan(TimeUnit.SECONDS.toNanos(9));
        assertThat(report)
            .contains("node " + node.id() + " has not answered for 1")
            .contains("See whether that process and its host live");
      } finally {
        signal("-CONT", node.pid());
      }
      latch.open();
      assertThat(task.get()).isEqualTo(1);
      assertThat(call.get()).isEqualTo(1);
      PollingAssert.until(
          () -> runtime.pending().toString(), () -> runtime.pending().isEmpty());
      assertThat(warnings).noneMatch(each -> each.contains("fault of Mobula"));
    } finally {
      ((Logger) LoggerFactory.getLogger(WaitWatchdog.class)).detachAppender(appender);
    }
  }
}
