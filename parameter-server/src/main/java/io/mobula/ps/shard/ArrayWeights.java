package io.mobula.ps.shard;

import io.mobula.ps.kernel.NumberType;
import java.lang.foreign.MemorySegment;

/** See {@link Weights}: so few that each reader gets a copy. */
final class ArrayWeights implements Weights {
  private final byte[] bytes;
  private final Frame frame;
  private final MemorySegment numbers;
  private final int length;

  ArrayWeights(NumberType numberType, int length) {
    this.bytes = new byte[Frame.HEAD + length * numberType.bytes()];
    this.frame = new Frame(MemorySegment.ofArray(bytes));
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
  public void updated() {}

  /** The frame of an answer. It is written again by the next update: to be encoded before that. */
  byte[] answer(long updates, long slowest) {
    frame.answer(updates, slowest, length);
    return bytes;
  }

  @Override
  public void close() {}
}
