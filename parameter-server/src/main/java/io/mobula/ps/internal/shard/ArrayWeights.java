package io.mobula.ps.internal.shard;

import io.mobula.ps.internal.kernel.NumberType;
import java.lang.foreign.MemorySegment;

/** Weights in an array on the heap, few enough that each reader gets a copy. */
final class ArrayWeights implements ShardWeights {
  private final byte[] bytes;
  private final DenseFrame frame;
  private final MemorySegment numbers;
  private final int length;

  ArrayWeights(NumberType numberType, int length) {
    this.bytes = new byte[DenseFrame.HEADER_BYTES + length * numberType.bytes()];
    this.frame = new DenseFrame(MemorySegment.ofArray(bytes));
    this.numbers = frame.numbers();
    this.length = length;
  }

  @Override
  public MemorySegment numbers() {
    return numbers;
  }

  @Override
  public MemorySegment target(boolean all) {
    return numbers;
  }

  @Override
  public void commit() {}

  /**
   * Writes the reply's header and returns the whole frame. The next update overwrites the array, so
   * the caller has to encode it before that.
   */
  byte[] writeReply(long updates, long slowest) {
    frame.writeReplyHeader(updates, slowest, length);
    return bytes;
  }

  @Override
  public void close() {}
}
