package io.mobula.internal.memory;

import io.mobula.error.StoreException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which rows of pins other processes have, as the owner of a store keeps it.
 *
 * <p>Beside each row that is offered lies a file {@code reader-R}. The process that claims the row
 * locks that file, and the kernel frees the lock when the process dies or when it gives the row
 * back. Only then, never because somebody says that a process is gone, are the row's pins taken
 * back: a reader that is stopped, cut off or declared dead may still be reading.
 *
 * <p>Any thread.
 */
final class ReaderRows {
  private static final Logger LOG = LoggerFactory.getLogger(ReaderRows.class);
  /** Row 0 is the owner's own. */
  private static final int FIRST = 1;

  private static final int NONE = -1;

  private final StoreDirectory directory;
  private final PinMatrix matrix;
  private final BitSet offered = new BitSet();

  /** For a store whose row 0 is its own process's. */
  ReaderRows(StoreDirectory directory, PinMatrix matrix) {
    this.directory = directory;
    this.matrix = matrix;
  }

  /**
   * A row for a process that has none yet: one that is free again, or a new one.
   *
   * @throws StoreException if as many processes as can be read already
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

  /** Takes back the pins of readers that have died or gone; says whether there were any. */
  synchronized boolean reclaimAll() {
    boolean any = false;
    for (int row = FIRST; row < matrix.rows(); row++) {
      any |= matrix.isClaimed(row) && reclaim(row);
    }
    return any;
  }

  /**
   * Looks at the row of a process that is said to be gone; one that was never claimed is free at
   * once. Says whether it is free now: if not, somebody still reads.
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

  /** The reader's side: locks the row for this process; {@code null} if somebody has it. */
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
