package io.mobula.internal.memory;

import io.mobula.error.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Probe of the process that owns a store, by the store's files, for other processes of its host.
 * Any thread may call; each check costs some file operations, less than a tenth of a millisecond.
 */
public final class StoreLivenessProbe {
  /** Result of {@link #progress} if the progress word cannot be read. */
  public static final long UNREADABLE = -1;

  private StoreLivenessProbe() {}

  /** Returns whether that store is on this host. */
  public static boolean isOnThisHost(StoreAddress store) {
    return PeerStore.isOnThisHost(store);
  }

  /**
   * Returns whether the process of a store that was on this host has died or has closed the store:
   * its life lock is free, or its files are gone. Returns false if that cannot be determined.
   */
  public static boolean hasEnded(StoreAddress store) {
    var directory = Path.of(store.directory());
    if (LifeLock.isOwn(directory.getFileName().toString())) {
      return false; // a channel of this JVM on that file would drop its lock
    }
    try {
      return UninterruptibleIo.run(() -> isFree(directory.resolve(LifeLock.FILE)));
    } catch (NoSuchFileException gone) {
      return true;
    } catch (IOException | OverlappingFileLockException unknown) {
      return false;
    }
  }

  private static boolean isFree(Path life) throws IOException {
    try (var channel = FileChannel.open(life, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        FileLock free = channel.tryLock(0, Long.MAX_VALUE, true)) {
      return free != null;
    }
  }

  /**
   * Returns the progress word of that store, or {@link #UNREADABLE}. A thread of the owner that
   * does nothing else increments the word several times a second, from zero.
   */
  public static long progress(StoreAddress store) {
    try {
      return UninterruptibleIo.run(() -> word(Path.of(store.directory(), "table")));
    } catch (IOException | InvalidPathException | StoreException gone) {
      return UNREADABLE;
    }
  }

  private static long word(Path table) throws IOException {
    try (var channel =
        FileChannel.open(table, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      var word = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      return channel.read(word, ObjectTable.PROGRESS_OFFSET) == Long.BYTES
          ? word.getLong(0)
          : UNREADABLE;
    }
  }
}
