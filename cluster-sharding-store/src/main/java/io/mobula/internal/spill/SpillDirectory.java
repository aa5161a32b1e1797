package io.mobula.internal.spill;

import io.mobula.error.StoreException;
import io.mobula.internal.memory.StoreDirectory;
import io.mobula.spi.SpillTarget;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files of this process in one spill directory. They are in a subdirectory of their own, which the
 * next start removes if this process dies.
 *
 * <p>Safe for all threads; one writes at a time. Small objects are appended to a shared file until
 * that is large enough; larger objects get a file each.
 */
final class SpillDirectory {
  private static final Logger LOG = LoggerFactory.getLogger(SpillDirectory.class);
  private static final long ASIDE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long CLOSING_SECONDS = 1;

  private final Path base;
  private final StoreDirectory home;
  private final long fuseBelow;
  private final long fusedBytes;
  private final ReentrantLock writing = new ReentrantLock();
  private @Nullable SpillFile shared;
  private boolean saidFull;
  private volatile @Nullable WritePause pause;
  private volatile boolean closed;

  /** Pause of writing to this directory, with its reason. */
  private record WritePause(long since, String reason) {}

  private SpillDirectory(Path base, StoreDirectory home, long fuseBelow, long fusedBytes) {
    this.base = base;
    this.home = home;
    this.fuseBelow = fuseBelow;
    this.fusedBytes = fusedBytes;
  }

  static SpillDirectory open(Path base, long fuseBelow, long fusedBytes) {
    return new SpillDirectory(base, StoreDirectory.open(base), fuseBelow, fusedBytes);
  }

  /**
   * Writes an object to a file. Returns null if another thread writes and {@code wait} is not set,
   * if there is no room, or if the directory is paused.
   */
  SpillTarget.@Nullable SpilledObject write(long number, MemorySegment content, boolean wait) {
    if (isPaused() || !take(wait)) {
      return null;
    }
    try {
      if (closed || isPaused() || !hasRoom(content.byteSize())) {
        return null;
      }
      return content.byteSize() < fuseBelow
          ? writeSharedFile(number, content)
          : writeOwnFile(number, content);
    } catch (IOException e) {
      pauseWriting(e);
      return null;
    } finally {
      writing.unlock();
    }
  }

  /** Describes, for people, the path, its free space and the reason of a pause. */
  String describe() {
    var now = pause;
    long free = base.toFile().getUsableSpace();
    return base + " has " + free + " bytes free" + (now == null ? "" : " (" + now.reason() + ")");
  }

  /** Ends a pause, because a removed file may have made room. */
  void onFileRemoved() {
    pause = null;
  }

  /** Removes all files of this process. */
  void close() {
    closed = true;
    boolean taken = false;
    try {
      taken = writing.tryLock(CLOSING_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try {
      if (shared != null) {
        shared.seal();
      }
      home.delete();
    } catch (StoreException e) {
      LOG.warn("Spill files are left behind for the next start to remove", e);
    } finally {
      if (taken) {
        writing.unlock();
      }
    }
  }

  private boolean take(boolean wait) {
    if (!wait) {
      return writing.tryLock();
    }
    writing.lock();
    return true;
  }

  /** Returns whether the object fits, as far as the file system tells. Logs the first failure. */
  private boolean hasRoom(long bytes) {
    var here = base.toFile();
    long free = here.getUsableSpace();
    boolean fits = free >= bytes + SpilledObjectHeader.BYTES || here.getTotalSpace() == 0;
    if (!fits && !saidFull) {
      LOG.warn("Spill directory {} is full: {} bytes free, wanted {}", base, free, bytes);
    }
    saidFull = !fits;
    return fits;
  }

  private SpillTarget.SpilledObject writeOwnFile(long number, MemorySegment content)
      throws IOException {
    var file = create("object-" + number);
    try {
      return file.append(number, content);
    } finally {
      file.seal();
    }
  }

  private SpillTarget.SpilledObject writeSharedFile(long number, MemorySegment content)
      throws IOException {
    var file = shared;
    if (file == null || !file.reserve()) {
      file = create("shared-" + number);
      shared = file;
    }
    try {
      var spilledObject = file.append(number, content);
      if (file.size() >= fusedBytes) {
        file.seal();
      }
      return spilledObject;
    } catch (IOException e) {
      file.seal();
      throw e;
    }
  }

  private SpillFile create(String name) throws IOException {
    var file = SpillFile.open(home.create(name), this);
    file.reserve();
    return file;
  }

  private boolean isPaused() {
    var now = pause;
    return now != null && System.nanoTime() - now.since() < ASIDE_NANOS;
  }

  private void pauseWriting(IOException why) {
    pause = new WritePause(System.nanoTime(), String.valueOf(why.getMessage()));
    LOG.warn(
        "Spilling to {} is paused for {} s or until one of its files is removed: {}",
        base,
        TimeUnit.NANOSECONDS.toSeconds(ASIDE_NANOS),
        why.toString());
  }
}
