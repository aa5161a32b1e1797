package io.mobula.testkit.fault;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Adjustable wall clock for each process of a cluster: a library, compiled here from C, is loaded
 * before the system's. It adds an offset, which it reads from a file of the process, to
 * {@code clock_gettime(CLOCK_REALTIME)}, {@code gettimeofday} and {@code time}. Clocks that count
 * from a start, such as {@link System#nanoTime}, are unchanged.
 */
final class ClockShift {
  private static final String SOURCE = "clock-shift.c";
  private static final String FILE_VARIABLE = "CLOCK_SHIFT_FILE";

  private final Path folder;
  private final Path library;

  private ClockShift(Path folder, Path library) {
    this.folder = folder;
    this.library = library;
  }

  /**
   * Compiles the library into a folder, which is created.
   *
   * @throws IOException when that is not possible here
   */
  static ClockShift create(Path folder) throws IOException {
    Files.createDirectories(folder);
    var source = folder.resolve(SOURCE);
    var library = folder.resolve("libclockshift.so");
    try (var stored = ClockShift.class.getResourceAsStream(SOURCE)) {
      Files.write(source, Objects.requireNonNull(stored, SOURCE).readAllBytes());
    }
    CommandRunner.run(
        "cc", "-shared", "-fPIC", "-O2", "-o", library.toString(), source.toString(), "-ldl");
    return new ClockShift(folder.toAbsolutePath(), library.toAbsolutePath());
  }

  /** Returns why clocks cannot be adjusted on this machine, or empty if they can. */
  static Optional<String> whyNot() {
    if (!System.getProperty("os.name", "").equals("Linux")) {
      return Optional.of("clocks of processes are set on Linux only");
    }
    try {
      CommandRunner.run("cc", "--version");
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of("no C compiler cc: " + e.getMessage());
    }
  }

  /**
   * Returns the command under which a process has a clock of its own, initially without an offset.
   */
  List<String> launcher(String process) throws IOException {
    set(process, Duration.ZERO);
    return List.of("env", "LD_PRELOAD=" + library, FILE_VARIABLE + "=" + file(process));
  }

  /** Sets the offset of a process's wall clock; negative for behind. */
  void set(String process, Duration shift) throws IOException {
    var nanos =
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder()).putLong(shift.toNanos());
    try (var channel =
        FileChannel.open(file(process), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.write(nanos.flip(), 0);
    }
  }

  private Path file(String process) {
    return folder.resolve(process);
  }
}
