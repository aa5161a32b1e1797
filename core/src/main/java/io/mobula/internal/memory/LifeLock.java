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
 * Proof that a process is alive: an {@code fcntl} lock on the {@code life} file of its store
 * directory.
 *
 * <p>The kernel frees the lock within milliseconds of the process's death, however the process
 * died. It keeps the lock while the process is stopped, and does not pass it to child processes.
 * Process ids and start times guarantee none of that. The pitfall: closing <em>any</em> channel
 * that a process has on the file frees the lock. So a JVM opens one channel per life file, keeps it
 * open, and never opens the life file of a directory of its own. System properties record which
 * directories are its own, since a static field exists once per class loader and the lock once per
 * process.
 */
final class LifeLock implements AutoCloseable {
  /** Name of the life file inside a store's directory. */
  static final String FILE = "life";

  private static final String PROPERTY = "io.mobula.store.alive.";
  private static final Set<LifeLock> HELD = ConcurrentHashMap.newKeySet();

  private final String name;
  private final FileChannel channel;

  private LifeLock(String name, FileChannel channel) {
    this.name = name;
    this.channel = channel;
  }

  /**
   * Creates the life file and locks it; {@code name} is the present or future name of the
   * directory.
   */
  static LifeLock createLocked(Path directory, String name) throws IOException {
    System.setProperty(PROPERTY + name, "true"); // before a cleaner of this JVM can see the file
    try {
      Path life = OwnerOnlyFiles.createFile(directory.resolve(FILE));
      LifeLock lock = UninterruptibleIo.run(() -> lock(life, name));
      HELD.add(lock);
      return lock;
    } catch (IOException e) {
      System.clearProperty(PROPERTY + name);
      throw e;
    }
  }

  /**
   * Returns whether a store of this JVM, loaded by any class loader, owns the directory of this
   * name.
   */
  static boolean isOwn(String name) {
    return System.getProperty(PROPERTY + name) != null
        || HELD.stream().anyMatch(lock -> lock.name.equals(name));
  }

  /**
   * Takes the lock of a directory whose process has died; returns {@code null} if the process is
   * alive or the file is gone.
   *
   * <p>Must not be called for a directory of this JVM.
   */
  static @Nullable LifeLock tryTakeOver(Path directory) throws IOException {
    return tryLock(directory.resolve(FILE), directory.getFileName().toString());
  }

  /**
   * Locks an existing file until this process ends or the lock is closed; returns {@code null} if
   * this process or another has it locked.
   *
   * @param name the name under which {@link #isOwn} knows the lock
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
   * Takes the lock of a file that no process has locked; returns {@code null} if a process has the
   * lock or the file is gone.
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
    } catch (OverlappingFileLockException alreadyLocked) {
      return null;
    } finally {
      if (lock == null) {
        channel.close();
      }
    }
    return lock == null ? null : new LifeLock(name, channel);
  }

  /** Frees the lock of the directory, which counts as stale from then on. */
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
