package io.mobula.internal.memory;

import io.mobula.error.StoreException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Who reads what: a row of counters for each reader process, a column for each slot.
 *
 * <p>The owner of the store makes the rows, zero-filled, and extends them before it adds slots. A
 * reader claims a row, once, before its first pin, by compare-and-set on the row's word in the
 * table's header page. The owner scans every row it has made, claimed or not, so a claim needs no
 * announcement.
 */
final class PinMatrix {
  /** How many reader processes a store can have. */
  static final int MOST_ROWS = 256;
  /** Where the row words begin in the table's header page. */
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

  /** Makes the next row, as long as the table is now, free to be claimed. */
  synchronized int addRow() {
    int number = rows.length;
    if (number == MOST_ROWS) {
      throw new StoreException(directory.path() + " has " + (MOST_ROWS - 1)
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

  /** How many rows there are. */
  int rows() {
    return rows.length;
  }

  /** Whether some process has claimed the row and it has not been cleared since. */
  boolean isClaimed(int row) {
    return RawMemory.getLongVolatile(tablePage, wordAt(row)) != UNCLAIMED;
  }

  /** Takes all pins of a row back and has it free to be claimed; only when nobody has it. */
  synchronized void clear(int row) {
    rows[row].clear();
    RawMemory.putLongVolatile(tablePage, wordAt(row), UNCLAIMED);
  }

  /**
   * Claims a row for the process whose incarnation {@code claimant} names; refuses one that is
   * claimed already.
   */
  PinRow claim(int row, long claimant) {
    claim(tablePage, row, claimant, directory.path());
    return rows[row];
  }

  /**
   * Writes the claimant into the row's word in a table's header page.
   *
   * @throws StoreException if the row has not been made or is claimed
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

  /** Makes every row this many chunks long; called before the table grows. */
  synchronized void extend(int wanted) {
    for (PinRow row : rows) {
      row.extend(wanted);
    }
    chunks = wanted;
  }

  /** Whether any reader has this slot pinned, or is trying to just now. */
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
