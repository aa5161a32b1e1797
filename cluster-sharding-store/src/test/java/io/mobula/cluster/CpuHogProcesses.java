package io.mobula.cluster;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Processes that each occupy a CPU and do nothing useful. They end after a time, even if the test's
 * JVM is killed.
 */
final class CpuHogProcesses implements AutoCloseable {
  private final List<Process> hogs = new ArrayList<>();

  private CpuHogProcesses() {}

  /** Starts this number of processes. */
  static CpuHogProcesses start(int count, Duration maxDuration) throws IOException {
    var started = new CpuHogProcesses();
    for (int i = 0; i < count; i++) {
      started.hogs.add(new ProcessBuilder(
              "timeout",
              "-s",
              "KILL",
              maxDuration.toSeconds() + "s",
              "sh",
              "-c",
              "while :; do :; done")
          .start());
    }
    return started;
  }

  /** Returns how many processes still run. */
  long count() {
    return hogs.stream().filter(Process::isAlive).count();
  }

  @Override
  public void close() {
    hogs.forEach(hog -> hog.descendants().forEach(ProcessHandle::destroyForcibly));
    hogs.forEach(Process::destroyForcibly);
  }
}
