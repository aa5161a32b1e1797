package io.mobula.internal.memory;

import io.mobula.error.StoreException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Matrix of pin counters of a store: a row for each reader process, a column for each slot.
 *
 * <p>The owner of the store creates the rows, zero-filled, and extends them before it adds slots. A
 * reader claims a row once, before its first pin, by compare-and-set on the row's word in the
 * table's header page. The owner scans every row that it has created, claimed or not, so a claim
 * needs no message.
 */
final class PinMatrix {
  /** Maximum number of reader processes of a store. */
  static final int MAX_ROWS = 256;
  /** Offset of the row words in the table's header page. */
  static final int ROWS_OFFSET = 2048;

  private static final long UNMADE = 0;
  private static final long UNCLAIMED = 1;

  private final StoreDirectory directory;
  private final FileHeader.StoreId storeId;
  private final MemorySegment tablePage;
  private final int chunkLog;
  private volatile PinRow[] rows = {};
  private int chunks;

  PinMatrix(
      StoreDirectory directory, FileHeader.StoreId storeId, MemorySegment tablePage, int chunkLog) {
    this.directory = directory;
    this.storeId = storeId;
    this.tablePage = tablePage;
    this.chunkLog = chunkLog;
  }

  /** Creates the next row, as long as the table is now, unclaimed. */
  synchronized int addRow() {
    int number = rows.length;
    if (number == MAX_ROWS) {
      throw new StoreException(directory.path() + " has " + (MAX_ROWS - 1)
          + " reader processes besides its own and cannot have more: let some of this host stop");
    }
    FileHeader header = new FileHeader(
        FileHeader.Kind.PINS, storeId, number, (long) PinRow.COUNTER_BYTES << chunkLog);
    PinRow row = new PinRow(SharedFile.create(directory.file("pins-" + number), header), chunkLog);
    row.extend(chunks);
    PinRow[] grown = Arrays.copyOf(rows, number + 1);
    grown[number] = row;
    rows = grown;
    RawMemory.compareAndSetLong(tablePage, wordAt(number), UNMADE, UNCLAIMED);
    return number;
  }

  /** Returns the number of rows. */
  int rows() {
    return rows.length;
  }

  /** Returns whether a process has claimed the row and it has not been cleared since. */
  boolean isClaimed(int row) {
    return RawMemory.getLongVolatile(tablePage, wordAt(row)) != UNCLAIMED;
  }

  /**
   * Removes all pins of a row and makes it claimable again; only for a row that no process uses.
   */
  synchronized void clear(int row) {
    rows[row].clear();
    RawMemory.putLongVolatile(tablePage, wordAt(row), UNCLAIMED);
  }

  /**
   * Claims a row for the process that {@code claimant} identifies; throws if the row is claimed
   * already.
   */
  PinRow claim(int row, long claimant) {
    claim(tablePage, row, claimant, directory.path());
    return rows[row];
  }

  /**
   * Writes the claimant into the row's word in a table's header page.
   *
   * @throws StoreException if the row has not been created or is claimed
   */
  static void claim(MemorySegment tablePage, int row, long claimant, Path directory) {
    if (claimant == UNMADE || claimant == UNCLAIMED) {
      throw new IllegalArgumentException("A claimant is named by a number other than 0 and 1");
    }
    if (!RawMemory.compareAndSetLong(tablePage, wordAt(row), UNCLAIMED, claimant)) {
      throw new StoreException("Row " + row + " of the pins in " + directory
          + " is claimed by another process or not made: ask its owner for another");
    }
  }

  /** Extends every row to this many chunks; called before the table grows. */
  synchronized void extend(int wanted) {
    for (PinRow row : rows) {
      row.extend(wanted);
    }
    chunks = wanted;
  }

  /** Returns whether any reader has this slot pinned, or is just trying to pin it. */
  boolean isPinned(long slot) {
    for (PinRow row : rows) {
      if (row.isPinned(slot)) {
        return true;
      }
    }
    return false;
  }

  private static long wordAt(int row) {
    return ROWS_OFFSET + (long) row * Long.BYTES;
  }
}
