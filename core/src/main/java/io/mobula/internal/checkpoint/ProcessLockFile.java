package io.mobula.internal.checkpoint;

import io.mobula.NodeId;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Lock file of a process that uses a checkpoint directory; the process holds its lock while it
 * lives. Not every host that shares the directory sees such locks. So the file of a process on
 * another host, or from before the last boot of this host, counts as live until it has not been
 * renewed for a day. Safe for all threads; blocks.
 */
final class ProcessLockFile implements AutoCloseable {
  private static final String PREFIX = "process-";
  private static final Duration RENEWED_WITHIN = Duration.ofDays(1);
  private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

  /**
   * Real paths of the lock files of this JVM's nodes, as several paths may lead to one directory.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path file;
  private final FileChannel channel;

  private ProcessLockFile(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /** Creates and locks the file in a directory, which must exist. */
  static ProcessLockFile make(Path directory, NodeId node) throws IOException {
    var file = directory.toRealPath().resolve(PREFIX + Long.toHexString(node.incarnation()));
    var mark = new ProcessLockFile(
        file, FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE));
    HELD.add(file);
    try {
      mark.channel.lock();
      mark.channel.write(StandardCharsets.US_ASCII.encode(boot()), 0);
      return mark;
    } catch (IOException | RuntimeException e) {
      try {
        mark.close();
      } catch (IOException more) {
        e.addSuppressed(more);
      }
      throw e;
    }
  }

  /** Returns whether the file belongs to that process. */
  static boolean isOwnedBy(Path mark, NodeId node) {
    return mark.getFileName().toString().equals(PREFIX + Long.toHexString(node.incarnation()));
  }

  static boolean isLockFile(Path file) {
    return file.getFileName().toString().startsWith(PREFIX);
  }

  /** Returns whether the process of a lock file may be alive. */
  static boolean isAlive(Path mark) throws IOException {
    try {
      if (HELD.contains(mark.toRealPath())) {
        // opening and closing the file here would release the lock
        return true;
      }
      if (!Files.readString(mark, StandardCharsets.US_ASCII).equals(boot())) {
        return Files.getLastModifiedTime(mark)
            .toInstant()
            .isAfter(Instant.now().minus(RENEWED_WITHIN));
      }
      return isLocked(mark);
    } catch (NoSuchFileException gone) {
      return false;
    }
  }

  private static boolean isLocked(Path mark) throws IOException {
    try (var channel = FileChannel.open(mark, StandardOpenOption.WRITE);
        var lock = channel.tryLock()) {
      return lock == null;
    } catch (OverlappingFileLockException here) {
      return true;
    }
  }

  /** Returns the id of this boot of the machine; empty if the system has none. */
  private static String boot() throws IOException {
    return Files.isReadable(BOOT)
        ? Files.readString(BOOT, StandardCharsets.US_ASCII).strip()
        : "";
  }

  /** Renews the file, for other hosts; to be repeated every few hours. */
  void renew() throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
  }

  /** Releases and deletes the file. */
  @Override
  public void close() throws IOException {
    try {
      Files.deleteIfExists(file);
    } finally {
      channel.close();
      HELD.remove(file);
    }
  }
}
