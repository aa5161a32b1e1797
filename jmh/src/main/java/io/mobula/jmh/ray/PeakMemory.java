package io.mobula.jmh.ray;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Peak memory use of the whole machine: the largest decrease of available memory, sampled twenty
 * times a second. It covers heaps, shared memory and everything else of all processes, so the
 * machine must be otherwise idle. Linux only; on other systems the result is -1.
 */
final class PeakMemory implements AutoCloseable {
  private static final Path MEMORY = Path.of("/proc/meminfo");
  private static final long PAUSE_MILLIS = 50;

  private final Thread thread = new Thread(this::look, "peak-memory");
  private final long before = available();
  private volatile long least = before;
  private volatile boolean ended;

  private PeakMemory() {
    thread.setDaemon(true);
  }

  static PeakMemory watch() {
    var watched = new PeakMemory();
    watched.thread.start();
    return watched;
  }

  private void look() {
    while (!ended) {
      least = Math.min(least, available());
      try {
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
      } catch (InterruptedException stop) {
        return;
      }
    }
  }

  private static long available() {
    try (var lines = Files.lines(MEMORY)) {
      return lines
          .filter(line -> line.startsWith("MemAvailable:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .findFirst()
          .orElse(-1);
    } catch (IOException elsewhere) {
      return -1;
    } catch (UncheckedIOException unreadable) {
      return -1;
    }
  }

  /** Returns the peak so far, in bytes. */
  long bytes() {
    return before < 0 ? -1 : Math.max(0, before - Math.min(least, available()));
  }

  @Override
  public void close() {
    ended = true;
    thread.interrupt();
  }
}
