package io.mobula.internal.memory;

import io.mobula.error.StoreException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pin rows of other processes, as tracked by the owner of a store.
 *
 * <p>Each offered row has a lock file {@code reader-R}. The process that claims the row locks that
 * file, and the kernel frees the lock when the process dies or returns the row. Only then are the
 * row's pins removed, never because a process is reported to be gone: a reader that is stopped,
 * partitioned or declared dead may still be reading.
 *
 * <p>Any thread may call.
 */
final class ReaderRows {
  private static final Logger LOG = LoggerFactory.getLogger(ReaderRows.class);
  /** First row of other processes; the owner itself has row 0. */
  private static final int FIRST = 1;

  private static final int NONE = -1;

  private final StoreDirectory directory;
  private final PinMatrix matrix;
  private final BitSet offered = new BitSet();

  /** Makes the tracker of a store whose row 0 belongs to its own process. */
  ReaderRows(StoreDirectory directory, PinMatrix matrix) {
    this.directory = directory;
    this.matrix = matrix;
  }

  /**
   * Offers a row to a process that has none: a row that is free again, or a new one.
   *
   * @throws StoreException if the maximum number of processes read this store already
   */
  synchronized int offer() {
    int row = unused();
    if (row < 0 && reclaimAll()) {
      row = unused();
    }
    if (row < 0) {
      row = make();
    }
    offered.set(row);
    return row;
  }

  /** Removes the pins of readers that have died or left; returns whether there were any. */
  synchronized boolean reclaimAll() {
    boolean any = false;
    for (int row = FIRST; row < matrix.rows(); row++) {
      any |= matrix.isClaimed(row) && reclaim(row);
    }
    return any;
  }

  /**
   * Reclaims the row of a process that is reported to be gone; a row that was never claimed is free
   * at once. Returns false if the row is still in use.
   */
  synchronized boolean reclaimRow(int row) {
    if (row < FIRST || row >= matrix.rows()) {
      return false;
    }
    if (matrix.isClaimed(row)) {
      return reclaim(row);
    }
    offered.clear(row);
    return true;
  }

  private int unused() {
    for (int row = FIRST; row < matrix.rows(); row++) {
      if (!offered.get(row) && !matrix.isClaimed(row)) {
        return row;
      }
    }
    return NONE;
  }

  private boolean reclaim(int row) {
    Path file = lockFile(directory.path(), row);
    String name = lockName(directory.path(), row);
    if (LifeLock.isOwn(name)) {
      return false;
    }
    try (LifeLock nobodyHas = LifeLock.tryLock(file, name)) {
      if (nobodyHas == null) {
        return false;
      }
      matrix.clear(row);
      offered.clear(row);
      return true;
    } catch (IOException e) {
      LOG.warn("Cannot see whether the reader of row {} in {} lives", row, directory.path(), e);
      return false;
    }
  }

  private int make() {
    int row = matrix.addRow();
    Path file = lockFile(directory.path(), row);
    try {
      OwnerOnlyFiles.createFile(file);
    } catch (IOException e) {
      throw new StoreException(
          "Cannot make " + file + ": " + e + "; may this user write there?", e);
    }
    return row;
  }

  /**
   * Locks the row for this process, the reader; returns {@code null} if a process has it locked.
   */
  static @Nullable LifeLock lock(Path directory, int row) {
    Path file = lockFile(directory, row);
    try {
      return LifeLock.claim(file, lockName(directory, row));
    } catch (IOException e) {
      throw new StoreException("Cannot lock " + file + ": " + e + "; is its store closed?", e);
    }
  }

  private static Path lockFile(Path directory, int row) {
    return directory.resolve("reader-" + row);
  }

  private static String lockName(Path directory, int row) {
    return directory.getFileName() + "/reader-" + row;
  }
}
