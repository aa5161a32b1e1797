package io.mobula.testkit.fault;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Programs of the operating system. */
final class Commands {
  private static final long LIMIT_SECONDS = 60;

  private Commands() {}

  /**
   * Runs one and waits for its end.
   *
   * @throws IOException when it cannot be started or fails; what it said is in the message
   */
  static void run(String... command) throws IOException {
    run(List.of(command));
  }

  static void run(List<String> command) throws IOException {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    try {
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException(String.join(" ", command) + ": " + output);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while waiting for " + command.getFirst(), e);
    }
  }
}
