package io.mobula.gpu.source;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Program of the host that prints information and ends. Its output is read up to a limit, and it is
 * killed when it takes too long.
 *
 * @param file the program
 * @param timeout how long one run may take
 */
record HostProgram(Path file, Duration timeout) {
  private static final int MAX_BYTES = 1 << 20;

  /**
   * Result of a run of the program.
   *
   * @param exitCode exit code
   * @param inTime false if the program had to be killed
   * @param output everything that it printed, errors included
   */
  record Run(int exitCode, boolean inTime, String output) {
    /** Returns whether the program ended in time with exit code 0. */
    boolean succeeded() {
      return inTime && exitCode == 0;
    }

    /** Returns the reason of a failure, for people: the first line of the output. */
    String describeFailure() {
      if (!inTime) {
        return "it did not end in time";
      }
      var first =
          output.lines().map(String::strip).filter(line -> !line.isEmpty()).findFirst();
      return "it ended with " + exitCode + first.map(line -> ": " + line).orElse("");
    }
  }

  /**
   * Finds the first executable file of that name on a path.
   *
   * @param name a name, or a path with a slash, which is used as it is
   * @param path folders separated by colons
   */
  static Optional<Path> find(String name, String path) {
    if (name.indexOf('/') >= 0) {
      return Optional.of(Path.of(name)).filter(Files::isExecutable);
    }
    for (var folder : path.split(":", -1)) {
      var file = Path.of(folder.isEmpty() ? "." : folder, name);
      if (Files.isRegularFile(file) && Files.isExecutable(file)) {
        return Optional.of(file);
      }
    }
    return Optional.empty();
  }

  /**
   * Runs the program with these arguments.
   *
   * @throws IOException when it cannot be started or read
   */
  Run run(String... arguments) throws IOException, InterruptedException {
    var words = new ArrayList<>(List.of(file.toString()));
    words.addAll(List.of(arguments));
    var process = new ProcessBuilder(words)
        .redirectErrorStream(true)
        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
        .start();
    try {
      var inTime = process.onExit().thenApply(_ -> true);
      inTime.completeOnTimeout(false, timeout.toNanos(), TimeUnit.NANOSECONDS);
      var _ = inTime.thenAccept(ended -> {
        if (!ended) {
          process.destroyForcibly();
        }
      });
      var printed = process.getInputStream().readNBytes(MAX_BYTES);
      process.getInputStream().close();
      process.waitFor();
      return new Run(
          process.exitValue(), inTime.join(), new String(printed, StandardCharsets.UTF_8));
    } finally {
      process.destroyForcibly();
    }
  }
}
