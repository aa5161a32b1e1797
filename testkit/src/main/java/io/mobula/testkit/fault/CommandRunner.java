package io.mobula.testkit.fault;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runner of commands of the operating system. */
final class CommandRunner {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private CommandRunner() {}

  /**
   * Runs a command and waits for its end.
   *
   * @throws IOException when it cannot be started or fails; the message has its output
   */
  static void run(String... command) throws IOException {
    run(List.of(command));
  }

  static void run(List<String> command) throws IOException {
    run(command, LIMIT);
  }

  static void run(List<String> command, Duration timeout) throws IOException {
    var output = Files.createTempFile("command", ".out"); // reading a pipe would have no time limit
    try {
      var process = new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(output.toFile())
          .start();
      try {
        if (!process.waitFor(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
          throw failed(command, "did not end within " + timeout + "; ", output);
        }
        if (process.exitValue() != 0) {
          throw failed(command, "", output);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("Interrupted while waiting for " + command.getFirst(), e);
      } finally {
        process.destroyForcibly();
      }
    } finally {
      Files.delete(output);
    }
  }

  private static IOException failed(List<String> command, String how, Path output)
      throws IOException {
    var said = new String(Files.readAllBytes(output), StandardCharsets.UTF_8).strip();
    return new IOException(String.join(" ", command) + ": " + how + said);
  }
}
