package io.mobula.internal.directory;

import io.mobula.spi.Lineage;

/** Limit of the lineage that one shard keeps, in bytes of all its records together. */
final class LineageBudget {
  private final long maxBytes;
  private long bytes;
  private long dropped;

  LineageBudget(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Keeps a record's lineage if it has none and there is room; notes if there is no room. */
  void keep(ObjectRecord record, Lineage lineage) {
    if (record.lineage != null) {
      return;
    }
    long more = lineage.reconstructionSpec().length;
    if (bytes + more > maxBytes) {
      dropped += record.lineageDropped ? 0 : 1;
      record.lineageDropped = true;
      return;
    }
    record.lineage = lineage;
    record.lineageDropped = false;
    bytes += more;
  }

  /** Gives back the room of a record that is removed. */
  void release(ObjectRecord record) {
    if (record.lineage != null) {
      bytes -= record.lineage.reconstructionSpec().length;
    }
  }

  /** Returns how many records have lost their lineage for lack of room. */
  long droppedCount() {
    return dropped;
  }
}
