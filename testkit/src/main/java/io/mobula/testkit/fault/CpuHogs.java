package io.mobula.testkit.fault;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * CPU hogs: processes that each occupy a CPU. They end after a time limit, even if this JVM is
 * killed.
 */
public final class CpuHogs implements AutoCloseable {
  private final List<Process> hogs = new ArrayList<>();

  private CpuHogs() {}

  /**
   * Starts {@code count} such processes.
   *
   * @param maxDuration time after which they end by themselves
   * @throws IOException when they cannot be started
   */
  public static CpuHogs start(int count, Duration maxDuration) throws IOException {
    var started = new CpuHogs();
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

  /** Returns how many of the processes are running. */
  public long count() {
    return hogs.stream().filter(Process::isAlive).count();
  }

  @Override
  public void close() {
    hogs.forEach(hog -> hog.descendants().forEach(ProcessHandle::destroyForcibly));
    hogs.forEach(Process::destroyForcibly);
  }
}
