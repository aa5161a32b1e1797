package io.mobula.jmh.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/**
 * Temporary directory that is deleted with its contents when it is closed.
 *
 * @param path of the directory
 */
record ScratchDirectory(Path path) implements AutoCloseable {
  /** Creates a directory in shared memory if the host has any, else in the temporary directory. */
  static ScratchDirectory shared() throws IOException {
    return new ScratchDirectory(Files.createTempDirectory(sharedMemory(), "mobula-bench-"));
  }

  /** Creates a directory in the temporary directory. */
  static ScratchDirectory onDisk() throws IOException {
    return new ScratchDirectory(Files.createTempDirectory("mobula-bench-"));
  }

  static Path sharedMemory() {
    var memory = Path.of("/dev/shm");
    return Files.isDirectory(memory) ? memory : Path.of(System.getProperty("java.io.tmpdir"));
  }

  /**
   * Returns the bytes of memory or disk that its files take, without holes, as {@code du} counts.
   */
  long usedBytes() throws IOException, InterruptedException {
    var process = new ProcessBuilder("du", "-sk", path.toString())
        .redirectError(ProcessBuilder.Redirect.DISCARD) // a file may be deleted while du counts
        .start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    var words = List.of(said.strip().split("\\s+"));
    if (!words.getFirst().matches("\\d+")) {
      throw new IOException("du counts no bytes in " + path + ": \"" + said + "\"");
    }
    return Long.parseLong(words.getFirst()) << 10;
  }

  @Override
  public void close() throws IOException {
    try (var all = Files.walk(path)) {
      all.sorted(Comparator.reverseOrder()).forEach(ScratchDirectory::delete);
    } catch (UncheckedIOException e) {
      throw new IOException("Cannot remove " + path + ": " + e.getCause(), e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
