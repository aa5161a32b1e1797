package io.mobula.testkit.fault;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What is done to file systems and files. */
final class DiskFaults {
  private static final int CHUNK = 64 << 10;
  private static final long LIMIT_SECONDS = 20;

  private DiskFaults() {}

  /**
   * Mounts a file system in memory.
   *
   * @throws IOException when that is not possible here, for want of root for example
   */
  static void mount(Path at, long bytes) throws IOException {
    run("mount", "-t", "tmpfs", "-o", "size=" + bytes, "none", at.toString());
  }

  /** Why none can be mounted here, or empty if one can. */
  static Optional<String> whyNot() {
    try {
      var tried = Files.createTempDirectory("mobula-mount-");
      try {
        mount(tried, CHUNK);
        unmount(tried);
        return Optional.empty();
      } finally {
        Files.delete(tried);
      }
    } catch (IOException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  static void unmount(Path at) throws IOException {
    run("umount", "--lazy", at.toString());
  }

  private static void run(String... command) throws IOException {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    try {
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException(String.join(" ", command) + ": " + output);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while waiting for " + command[0], e);
    }
  }

  /** Writes a file for as long as there is room. */
  static void fill(Path file) throws IOException {
    try (var channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      var bytes = ByteBuffer.allocate(CHUNK);
      while (true) {
        bytes.clear();
        channel.write(bytes);
      }
    } catch (IOException full) {
      if (!String.valueOf(full.getMessage()).contains("No space left")) {
        throw full;
      }
    }
  }

  /**
   * Cuts every second file of a folder to half, and changes a byte of the others.
   *
   * @return how many files there were
   */
  static int damage(Path folder) throws IOException {
    int count = 0;
    try (var files = Files.walk(folder)) {
      for (var file : files.filter(Files::isRegularFile).sorted().toList()) {
        damage(file, count++ % 2 == 0);
      }
    }
    return count;
  }

  private static void damage(Path path, boolean cut) throws IOException {
    try (var file = new RandomAccessFile(path.toFile(), "rw")) {
      long middle = file.length() / 2;
      if (cut) {
        file.setLength(middle);
      } else if (file.length() > 0) {
        file.seek(middle);
        int was = file.read();
        file.seek(middle);
        file.write(was ^ 1);
      }
    } catch (NoSuchFileException | java.io.FileNotFoundException gone) {
      return; // it was removed meanwhile
    }
  }
}
