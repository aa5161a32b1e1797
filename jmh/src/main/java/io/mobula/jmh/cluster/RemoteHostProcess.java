package io.mobula.jmh.cluster;

import io.mobula.internal.process.ChildPlan;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Process that runs {@link RemoteHostMain}, optionally in a network namespace of its own. */
final class RemoteHostProcess implements AutoCloseable {
  private static final long LAST_WORDS = 15;

  private final Process process;
  private final BufferedReader said;

  private RemoteHostProcess(Process process) {
    this.process = process;
    this.said =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /**
   * Starts the process of a host.
   *
   * @param launcher words of a command that becomes the process; none for a plain process
   */
  static RemoteHostProcess start(List<String> launcher, String... arguments) throws IOException {
    var plan = ChildPlan.of(arguments[0], RemoteHostMain.class.getName()).arguments(arguments);
    var builder = plan.builder().redirectError(ProcessBuilder.Redirect.INHERIT);
    var command = new ArrayList<>(launcher);
    command.addAll(plan.command());
    return new RemoteHostProcess(builder.command(command).start());
  }

  /** Waits for the next line that starts with {@code first}, and returns the rest of the line. */
  String awaitWord(String first) throws IOException {
    for (var line = said.readLine(); line != null; line = said.readLine()) {
      if (line.startsWith(first + " ")) {
        return line.substring(first.length() + 1);
      }
    }
    throw new IOException("A process ended and never said \"" + first + "\": its errors are above");
  }

  /** Asks the process to end by closing its input, then kills it. */
  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    try {
      if (!process.waitFor(LAST_WORDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
