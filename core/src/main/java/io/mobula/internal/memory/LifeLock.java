package io.mobula.internal.memory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The proof that a process lives: an {@code fcntl} lock on the {@code life} file of its directory.
 *
 * <p>The kernel frees it within milliseconds of the process's death, however it died, keeps it
 * while the process is stopped, and does not pass it to children; process ids and start times
 * promise none of that. Its trap: closing <em>any</em> channel a process has on the file frees it.
 * So a JVM opens one channel per life file, keeps it, and never opens the file of a directory that
 * is its own, which it knows by a system property, since a static field exists once per class
 * loader and the lock once per process.
 */
final class LifeLock implements AutoCloseable {
  /** The name of the file inside a store's directory. */
  static final String FILE = "life";

  private static final String PROPERTY = "io.mobula.store.alive.";
  private static final Set<LifeLock> HELD = ConcurrentHashMap.newKeySet();

  private final String name;
  private final FileChannel channel;

  private LifeLock(String name, FileChannel channel) {
    this.name = name;
    this.channel = channel;
  }

  /** Makes the life file and locks it; {@code name} is what the directory is or will be called. */
  static LifeLock createLocked(Path directory, String name) throws IOException {
    Path life = OwnerOnlyFiles.createFile(directory.resolve(FILE));
    System.setProperty(PROPERTY + name, "true");
    try {
      LifeLock lock = UninterruptibleIo.run(() -> lock(life, name));
      HELD.add(lock);
      return lock;
    } catch (IOException e) {
      System.clearProperty(PROPERTY + name);
      throw e;
    }
  }

  /**
   * Whether a store of this JVM, loaded by whatever class loader, owns the directory of this name.
   */
  static boolean isOwn(String name) {
    return System.getProperty(PROPERTY + name) != null
        || HELD.stream().anyMatch(lock -> lock.name.equals(name));
  }

  /**
   * Takes the lock of a directory whose process has died; {@code null} if it lives or the file has
   * gone.
   *
   * <p>Must not be called for a directory of this JVM.
   */
  static @Nullable LifeLock tryTakeOver(Path directory) throws IOException {
    return tryLock(directory.resolve(FILE), directory.getFileName().toString());
  }

  /**
   * Locks a file that is there, for as long as this process lives or until this is closed;
   * {@code null} if somebody has it, in this process or another.
   *
   * @param name what {@link #isOwn} is asked for
   */
  static @Nullable LifeLock claim(Path file, String name) throws IOException {
    if (System.getProperties().putIfAbsent(PROPERTY + name, "true") != null) {
      return null;
    }
    LifeLock lock = null;
    try {
      lock = tryLock(file, name);
    } finally {
      if (lock == null) {
        System.clearProperty(PROPERTY + name);
      } else {
        HELD.add(lock);
      }
    }
    return lock;
  }

  /**
   * Takes the lock of a file if no process has it; {@code null} if one has or the file has gone.
   *
   * <p>Must not be called for a file that is locked in this JVM.
   */
  static @Nullable LifeLock tryLock(Path file, String name) throws IOException {
    try {
      return UninterruptibleIo.<@Nullable LifeLock>run(() -> lockNow(file, name));
    } catch (NoSuchFileException gone) {
      return null;
    }
  }

  private static LifeLock lock(Path life, String name) throws IOException {
    FileChannel channel = FileChannel.open(life, StandardOpenOption.WRITE);
    try {
      channel.lock();
      channel.write(
          ByteBuffer.wrap(
              ("pid " + ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)),
          0);
      return new LifeLock(name, channel);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private static @Nullable LifeLock lockNow(Path life, String name) throws IOException {
    FileChannel channel =
        FileChannel.open(life, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    FileLock lock = null;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException handledHere) {
      return null;
    } finally {
      if (lock == null) {
        channel.close();
      }
    }
    return lock == null ? null : new LifeLock(name, channel);
  }

  /** Frees the lock: from now on the directory counts as a leftover. */
  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      HELD.remove(this);
      System.clearProperty(PROPERTY + name);
    }
  }
}
