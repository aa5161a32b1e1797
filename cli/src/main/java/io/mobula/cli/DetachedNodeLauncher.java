package io.mobula.cli;

import io.mobula.internal.process.ChildPlan;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.ProcessBuilder.Redirect;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Launcher of a node that outlives this process. The node is started by the same command line
 * without {@code --detach}, in a session of its own, with its output in a file. The launcher waits
 * until the registry lists the node as up.
 */
final class DetachedNodeLauncher {
  /** Hidden option that tells a process that it is a detached node. */
  static final String LOG_OPTION = "--detached-log";

  private static final String DETACH = "--detach";
  private static final int LOGS_KEPT = 50;
  private static final int LINES_SHOWN = 20;
  private static final int BYTES_SHOWN = 256 << 10;
  private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss.SSS");

  private final NodeRegistry registry;
  private final UserClassPath classPath;
  private final Duration timeout;

  DetachedNodeLauncher(NodeRegistry registry, UserClassPath classPath, Duration timeout) {
    this.registry = registry;
    this.classPath = classPath;
    this.timeout = timeout;
  }

  /** Returns the exit code, which is 0 once the node is up. */
  int start(List<String> words, PrintWriter out, PrintWriter err)
      throws IOException, InterruptedException {
    Path log;
    try {
      log = newLog();
    } catch (IOException e) {
      err.println("mobula start: the node cannot log: " + DiskSpace.describeFailure(e)
          + DiskSpace.describeFreeSpace(registry.directory()));
      return ExitCode.FAILED;
    }
    if (DiskSpace.isLow(log)) {
      err.println("mobula start: the node was not started, as nothing could be logged: the disk is"
          + " full." + DiskSpace.describeFreeSpace(log)
          + " Make room there, or set XDG_RUNTIME_DIR.");
      Files.deleteIfExists(log);
      return ExitCode.FAILED;
    }
    var process = builder(words, log).start();
    var up = awaitUp(process);
    if (up.isPresent()) {
      out.println(up.get() + " is up; it logs to " + log);
      return ExitCode.DONE;
    }
    if (process.isAlive()) {
      process.destroyForcibly();
      err.println("mobula start: the node was not up after " + timeout.toSeconds()
          + " s and was killed; the end of " + log + ":");
    } else {
      err.println("mobula start: the node ended; the end of " + log + ":");
    }
    var lines = tail(log);
    lines.forEach(err::println);
    if (lines.isEmpty()) {
      err.println("  (it wrote nothing)" + DiskSpace.describeFreeSpace(log));
    } else if (DiskSpace.isLow(log)) {
      err.println(
          "  (what came after that could not be written)" + DiskSpace.describeFreeSpace(log));
    }
    return process.isAlive() || process.waitFor() == 137 ? ExitCode.FAILED : process.exitValue();
  }

  private ProcessBuilder builder(List<String> words, Path log) {
    var same = new ArrayList<>(words);
    same.removeIf(DETACH::equals);
    same.add(LOG_OPTION + "=" + log);
    var plan = ChildPlan.of("node", MobulaCommand.class.getName())
        .flags(givenFlags())
        .arguments(same.toArray(String[]::new));
    return (classPath.isLoaded() ? plan : plan.classPath(classPath.entries()))
        .builder()
        .redirectInput(Path.of("/dev/null").toFile())
        .redirectErrorStream(true)
        .redirectOutput(Redirect.appendTo(log.toFile()));
  }

  /** Returns the options that the user gives to every JVM of the command. */
  private static List<String> givenFlags() {
    var given =
        Optional.ofNullable(System.getenv("MOBULA_JAVA_OPTS")).orElse("").strip();
    return given.isEmpty() ? List.of() : List.of(given.split("\\s+"));
  }

  private Optional<NodeEntry> awaitUp(Process process) throws IOException, InterruptedException {
    long end = System.nanoTime() + timeout.toNanos();
    while (System.nanoTime() - end < 0 && !process.waitFor(50, TimeUnit.MILLISECONDS)) {
      var up = registry.alive().stream()
          .map(NodeRegistry.RegisteredNode::entry)
          .filter(entry -> entry.pid() == process.pid() && entry.state() == NodeEntry.State.UP)
          .findFirst();
      if (up.isPresent()) {
        return up;
      }
    }
    return Optional.empty();
  }

  private Path newLog() throws IOException {
    var folder = Files.createDirectories(registry.directory().resolve("logs"));
    dropOldLogs(folder);
    var log = folder.resolve("node-" + LocalDateTime.now(ZoneId.systemDefault()).format(STAMP) + "-"
        + ProcessHandle.current().pid() + ".log");
    return Files.createFile(
        log, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
  }

  private static void dropOldLogs(Path folder) throws IOException {
    List<Path> all;
    try (var files = Files.list(folder)) {
      all = files.toList();
    }
    var newestFirst = all.stream()
        .filter(file -> file.toString().endsWith(".log"))
        .sorted(Comparator.reverseOrder())
        .toList();
    for (var old :
        newestFirst.subList(Math.min(LOGS_KEPT - 1, newestFirst.size()), newestFirst.size())) {
      for (var part : all) {
        if (part.toString().startsWith(old.toString())) {
          Files.deleteIfExists(part);
        }
      }
    }
  }

  /**
   * Returns the last lines of the log without stack frames, which would hide the messages before
   * them.
   */
  private static List<String> tail(Path log) throws IOException {
    var lines = end(log).lines().filter(line -> !line.startsWith("\tat ")).toList();
    return lines.subList(Math.max(0, lines.size() - LINES_SHOWN), lines.size());
  }

  private static String end(Path log) throws IOException {
    try (var channel = FileChannel.open(log)) {
      channel.position(Math.max(0, channel.size() - BYTES_SHOWN));
      var bytes = Channels.newInputStream(channel).readNBytes(BYTES_SHOWN);
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }
}
