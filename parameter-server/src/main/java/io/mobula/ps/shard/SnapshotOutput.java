package io.mobula.ps.shard;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/** Where a {@link ShardSnapshot} is written to, front to back. One thread. */
interface SnapshotOutput {
  /** How many bytes at most are filled at a time where they cannot be written in place. */
  int WINDOW = 1 << 20;

  /** The next bytes, which {@code fill} sets, all of them. */
  void put(long bytes, Consumer<MemorySegment> fill);

  /** Into memory that is as long as the block. */
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

  /** To somebody who takes it in order, piece by piece, and keeps nothing of it. */
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
