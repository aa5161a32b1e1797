package io.mobula.testkit.fault;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * In-memory file system (tmpfs) of a given size, for tests that need a full disk. Needs root. Safe
 * for all threads.
 */
public final class TestFileSystem implements AutoCloseable {
  private static final int CHUNK = 64 << 10;
  private static final int PAGE = 4 << 10;

  private final Path folder;
  private boolean mounted = true;

  private TestFileSystem(Path folder) {
    this.folder = folder;
  }

  /**
   * Mounts a file system on an existing folder.
   *
   * @throws IOException when that is not possible here, for example without root
   */
  public static TestFileSystem mount(Path at, long bytes) throws IOException {
    CommandRunner.run("mount", "-t", "tmpfs", "-o", "size=" + bytes, "none", at.toString());
    return new TestFileSystem(at);
  }

  /** Returns why no file system can be mounted here, or empty if one can. */
  public static Optional<String> whyNot() {
    try {
      var tried = Files.createTempDirectory("mobula-mount-");
      try {
        mount(tried, CHUNK).close();
        return Optional.empty();
      } finally {
        Files.delete(tried);
      }
    } catch (IOException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /** Returns the folder on which the file system is mounted. */
  public Path folder() {
    return folder;
  }

  /** Fills the file system to the last page with a file {@code competitor}. */
  public synchronized void fill() throws IOException {
    write(CHUNK);
    write(PAGE); // less than a chunk is free now
  }

  /** Writes pieces of that size until there is no room. */
  private void write(int size) throws IOException {
    try (var channel =
        FileChannel.open(competitor(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      var bytes = ByteBuffer.allocate(size);
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

  private Path competitor() {
    return folder.resolve("competitor");
  }

  /** Frees the space that {@link #fill} took. Repeated calls do nothing. */
  public synchronized void free() throws IOException {
    if (mounted) {
      Files.deleteIfExists(competitor());
    }
  }

  /** Unmounts the file system and loses its content. Repeated calls do nothing. */
  @Override
  public synchronized void close() throws IOException {
    if (mounted) {
      mounted = false;
      CommandRunner.run("umount", "--lazy", folder.toString());
    }
  }
}
