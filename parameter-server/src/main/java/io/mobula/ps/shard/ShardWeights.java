package io.mobula.ps.shard;

import io.mobula.MobulaRuntime;
import io.mobula.ps.kernel.NumberType;
import java.lang.foreign.MemorySegment;

/**
 * The weights of one range, and the versions of them that others read. Large ones lie in store
 * memory: a version is what is there when somebody asks, sealed and given to all readers without a
 * copy, and the next update goes to other memory. One thread.
 */
interface ShardWeights {
  static ShardWeights of(MobulaRuntime runtime, NumberType numberType, int length) {
    return numberType.isLarge(length)
        ? new StoredWeights(runtime, numberType, length)
        : new ArrayWeights(numberType, length);
  }

  /** The numbers as they are, not to be written. */
  MemorySegment numbers();

  /**
   * Where the next numbers are to be written; {@link #commit} says when they are.
   *
   * @param all whether every number is going to be; else those there are the present ones
   */
  MemorySegment target(boolean all);

  /** What was written to the {@link #target} counts from now on. */
  void commit();

  /** Gives its memory back. */
  void close();
}
