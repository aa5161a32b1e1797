package io.mobula.testkit.fault;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A file system in memory (tmpfs) of a given size, for tests in which a disk has to be full. Only
 * root may mount one. Safe for all threads.
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
   * Mounts one over a folder that is there.
   *
   * @throws IOException when that is not possible here, for want of root for example
   */
  public static TestFileSystem mount(Path at, long bytes) throws IOException {
    CommandRunner.run("mount", "-t", "tmpfs", "-o", "size=" + bytes, "none", at.toString());
    return new TestFileSystem(at);
  }

  /** Why none can be mounted here, or empty if one can. */
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

  /** Where it is. */
  public Path folder() {
    return folder;
  }

  /** Takes all of its room, to the last page, with a file {@code competitor}. */
  public synchronized void fill() throws IOException {
    write(CHUNK);
    write(PAGE); // what is left is less than a chunk
  }

  /** Writes such pieces for as long as there is room. */
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

  /** Gives back what {@link #fill} took. Again does nothing. */
  public synchronized void free() throws IOException {
    if (mounted) {
      Files.deleteIfExists(competitor());
    }
  }

  /** Unmounts it; what is in it is gone. Again does nothing. */
  @Override
  public synchronized void close() throws IOException {
    if (mounted) {
      mounted = false;
      CommandRunner.run("umount", "--lazy", folder.toString());
    }
  }
}
