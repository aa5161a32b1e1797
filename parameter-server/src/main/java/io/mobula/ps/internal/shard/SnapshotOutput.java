package io.mobula.ps.internal.shard;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/** Sequential output of a {@link ShardSnapshot}. For one thread. */
interface SnapshotOutput {
  /** Maximum number of bytes filled at a time, where they cannot be written in place. */
  int WINDOW = 1 << 20;

  /** Appends bytes, all of which {@code fill} has to set. */
  void put(long bytes, Consumer<MemorySegment> fill);

  /** Action on some of a sequence of items. */
  interface PieceAction {
    /** Handles {@code count} items, from the one with index {@code from} on. */
    void at(int from, int count);
  }

  /**
   * Divides items into pieces of at most {@link #WINDOW} bytes.
   *
   * @param all number of items
   * @param bytes size of one item
   */
  static void forPieces(int all, int bytes, PieceAction action) {
    int max = WINDOW / bytes;
    for (int at = 0; at < all; at += max) {
      action.at(at, Math.min(max, all - at));
    }
  }

  /** Creates an output into memory that is as long as the snapshot. */
  static SnapshotOutput to(MemorySegment memory) {
    return new SnapshotOutput() {
      private long at;

      @Override
      public void put(long bytes, Consumer<MemorySegment> fill) {
        fill.accept(memory.asSlice(at, bytes));
        at += bytes;
      }
    };
  }

  /** Creates an output to a consumer that takes the pieces in order and keeps none of them. */
  static SnapshotOutput to(Consumer<MemorySegment> taker, Arena arena) {
    var window = arena.allocate(WINDOW, 64);
    return (bytes, fill) -> {
      if (bytes > WINDOW) {
        throw new IllegalArgumentException(
            "Pieces have " + WINDOW + " bytes at most, got " + bytes);
      }
      var piece = window.asSlice(0, bytes);
      fill.accept(piece);
      taker.accept(piece);
    };
  }
}
