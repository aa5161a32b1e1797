package io.mobula.jmh.faults;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.mobula.info.WaitReport;
import io.mobula.testkit.fault.Violation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * Reports of the wait watch about waits that would never end: those of this process, collected
 * while this object is open, and those in the logs of the nodes. A process that is silent because a
 * fault has stopped it is reported as well, which is no violation. Safe for all threads.
 */
final class WatchReports implements AutoCloseable {
  private static final String LOGGER = "io.mobula.internal.wait.WaitWatchdog";
  private static final int LINES_BEFORE = 20;

  private final List<String> here = new ArrayList<>();
  private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
    @Override
    protected void append(ILoggingEvent event) {
      add(event.getFormattedMessage());
    }
  };
  private final Logger logger;

  private WatchReports(Logger logger) {
    this.logger = logger;
  }

  /**
   * Starts listening to this process's log.
   *
   * @throws IllegalStateException when this process does not log by Logback
   */
  static WatchReports open() {
    if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
      throw new IllegalStateException("Wanted Logback, to hear of what the watch of waits logs: it"
          + " is not on the class path");
    }
    var reports = new WatchReports(context.getLogger(LOGGER));
    reports.appender.setContext(context);
    reports.appender.start();
    reports.logger.addAppender(reports.appender);
    return reports;
  }

  private synchronized void add(String message) {
    if (message.contains(WaitReport.WaitCause.NOBODY.advice())) {
      here.add(message);
    }
  }

  /**
   * Returns a violation for each report.
   *
   * @param logs folder with the nodes' logs
   */
  synchronized List<Violation> violations(Path logs) throws IOException {
    var found = new ArrayList<Violation>();
    here.forEach(message -> found.add(violation("driver", message)));
    List<Path> files;
    try (var all = Files.list(logs)) {
      files = all.sorted().toList();
    }
    for (var file : files) {
      var lines = Files.readAllLines(file, StandardCharsets.UTF_8);
      for (int i = 0; i < lines.size(); i++) {
        if (lines.get(i).contains(WaitReport.WaitCause.NOBODY.advice())) {
          int from = Math.max(0, i - LINES_BEFORE);
          while (from < i && !lines.get(from).contains("will not end by itself")) {
            from++;
          }
          found.add(violation(
              String.valueOf(file.getFileName()), String.join("\n", lines.subList(from, i + 1))));
        }
      }
    }
    return List.copyOf(found);
  }

  private static Violation violation(String where, String report) {
    return new Violation(Violation.Rule.STUCK_WAIT_REPORTED, where, report);
  }

  @Override
  public void close() {
    logger.detachAppender(appender);
    appender.stop();
  }
}
