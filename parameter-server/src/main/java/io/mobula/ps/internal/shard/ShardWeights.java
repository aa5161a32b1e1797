package io.mobula.ps.internal.shard;

import io.mobula.MobulaRuntime;
import io.mobula.ps.internal.kernel.NumberType;
import java.lang.foreign.MemorySegment;

/**
 * Weights of one range, with immutable versions for readers. Large weights lie in store memory: the
 * first read seals the present version, all readers share it without a copy, and the next update is
 * written to new memory. For one thread.
 */
interface ShardWeights {
  static ShardWeights of(MobulaRuntime runtime, NumberType numberType, int length) {
    return numberType.isLarge(length)
        ? new StoredWeights(runtime, numberType, length)
        : new ArrayWeights(numberType, length);
  }

  /** Returns the present numbers, which must not be written. */
  MemorySegment numbers();

  /**
   * Returns the memory that the next update is written to; {@link #commit} publishes it.
   *
   * @param all whether every number will be written; if not, the memory starts with the present
   *     numbers
   */
  MemorySegment target(boolean all);

  /** Publishes the numbers that were written to the {@link #target}. */
  void commit();

  /** Frees the memory of the weights. */
  void close();
}
