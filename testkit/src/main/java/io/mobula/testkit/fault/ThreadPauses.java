package io.mobula.testkit.fault;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Pauses of single threads of other processes: a program, compiled here from C, stops the threads
 * of a name by {@code ptrace(2)} and lets them go on. All other threads of the process run
 * meanwhile. Safe for all threads.
 */
final class ThreadPauses {
  private static final String SOURCE = "thread-pause.c";
  private static final int NO_SUCH_THREAD = 2;
  private static final int MAX_NAME = 15; // the kernel's names of threads are not longer
  private static final Duration LATE = Duration.ofSeconds(60);

  private final Path program;

  private ThreadPauses(Path program) {
    this.program = program;
  }

  /**
   * Compiles the program into a folder, which is created.
   *
   * @throws IOException when that is not possible here
   */
  static ThreadPauses create(Path folder) throws IOException {
    Files.createDirectories(folder);
    var source = folder.resolve(SOURCE);
    var program = folder.resolve("thread-pause");
    try (var stored = ThreadPauses.class.getResourceAsStream(SOURCE)) {
      Files.write(source, Objects.requireNonNull(stored, SOURCE).readAllBytes());
    }
    CommandRunner.run("cc", "-O2", "-o", program.toString(), source.toString());
    return new ThreadPauses(program.toAbsolutePath());
  }

  /** Returns why threads cannot be paused on this machine, or empty if they can. */
  static Optional<String> whyNot() {
    if (!System.getProperty("os.name", "").equals("Linux")) {
      return Optional.of("single threads are paused on Linux only");
    }
    try {
      var folder = Files.createTempDirectory("mobula-thread-pause-");
      var sleeping = new ProcessBuilder("sleep", "60").start();
      try {
        var paused = create(folder).pause(sleeping.pid(), "sleep", Duration.ofMillis(1));
        return paused ? Optional.empty() : Optional.of("a thread was not found by its name");
      } finally {
        sleeping.destroyForcibly();
        Files.deleteIfExists(folder.resolve(SOURCE));
        Files.deleteIfExists(folder.resolve("thread-pause"));
        Files.delete(folder);
      }
    } catch (IOException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Pauses the threads of that name, and returns when they go on.
   *
   * @return false if the process has ended, or has no such thread
   * @throws IOException when the system refuses it
   */
  boolean pause(long pid, String thread, Duration length) throws IOException {
    var name = thread.substring(0, Math.min(MAX_NAME, thread.length()));
    var started = new ProcessBuilder(
            program.toString(), Long.toString(pid), name, Long.toString(length.toMillis()))
        .redirectErrorStream(true)
        .start();
    try {
      if (!started.waitFor(length.plus(LATE).toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException("A pause of thread " + thread + " does not end");
      }
      if (started.exitValue() == NO_SUCH_THREAD) {
        return false;
      }
      if (started.exitValue() != 0) {
        var said =
            new String(started.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        throw new IOException("Thread " + thread + " of process " + pid + " cannot be paused: exit "
            + started.exitValue() + " " + said);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while thread " + thread + " was paused", e);
    } finally {
      started.destroyForcibly();
    }
  }
}
