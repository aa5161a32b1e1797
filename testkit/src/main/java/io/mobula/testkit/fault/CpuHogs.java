package io.mobula.testkit.fault;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Processes that each want a CPU for themselves and do nothing with it. They end after a time, even
 * if this JVM is killed.
 */
public final class CpuHogs implements AutoCloseable {
  private final List<Process> hogs = new ArrayList<>();

  private CpuHogs() {}

  /**
   * Starts so many.
   *
   * @param longest after which they end by themselves
   * @throws IOException when they cannot be started
   */
  public static CpuHogs start(int count, Duration longest) throws IOException {
    var started = new CpuHogs();
    for (int i = 0; i < count; i++) {
      started.hogs.add(new ProcessBuilder(
              "timeout", "-s", "KILL", longest.toSeconds() + "s", "sh", "-c", "while :; do :; done")
          .start());
    }
    return started;
  }

  /** How many of them still run. */
  public long count() {
    return hogs.stream().filter(Process::isAlive).count();
  }

  @Override
  public void close() {
    hogs.forEach(hog -> hog.descendants().forEach(ProcessHandle::destroyForcibly));
    hogs.forEach(Process::destroyForcibly);
  }
}
