package io.mobula.internal.memory;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Object table with its pins, in files of its own, with two claimed rows: one of the owner and one
 * of another reader.
 */
final class ObjectTableFixture implements AutoCloseable {
  final ObjectTable table;
  final PinMatrix matrix;
  final PinProtocol first;
  final PinProtocol second;
  final StoreDirectory directory;

  ObjectTableFixture() {
    try {
      Path base = Files.createTempDirectory("mobula-table-test");
      base.toFile().deleteOnExit();
      directory = StoreDirectory.open(base);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    FileHeader.StoreId id = new FileHeader.StoreId(1, 2);
    SharedFile file = SharedFile.create(
        directory.file("table"),
        new FileHeader(FileHeader.Kind.TABLE, id, 0, ObjectTable.SLOT_BYTES << 10));
    MemorySegment page = file.headerPage();
    matrix = new PinMatrix(directory, id, page, 10);
    table = new ObjectTable(file, page, matrix, 10);
    first = new PinProtocol(table, matrix.claim(matrix.addRow(), 77));
    second = new PinProtocol(table, matrix.claim(matrix.addRow(), 78));
  }

  /** Reclaims the slot of a condemned object unless it is pinned; returns whether it did. */
  boolean reclaim(long slot, long generation) {
    return !matrix.isPinned(slot)
        && table.transition(slot, generation, SlotState.CONDEMNED, SlotState.FREED);
  }

  long generation(long slot) {
    return SlotWord.generation(table.word(slot));
  }

  @Override
  public void close() {
    directory.delete();
  }
}
