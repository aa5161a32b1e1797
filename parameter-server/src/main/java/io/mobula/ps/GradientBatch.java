package io.mobula.ps;

import io.mobula.ps.internal.kernel.NumberArray;
import io.mobula.ps.internal.kernel.NumberType;
import java.util.Arrays;

/** Accumulator of the gradients of several pushes that are sent as one. For one thread. */
final class GradientBatch {
  private static final int FIRST = 256;

  private final PushBatchLimits bounds;
  private final int width;
  private final int bytesPerKey;
  private long[] keys = new long[FIRST];
  private NumberArray numbers;
  private int count;
  private int pushes;

  GradientBatch(NumberType numberType, int width, PushBatchLimits bounds) {
    this.bounds = bounds;
    this.width = width;
    this.bytesPerKey = Long.BYTES + width * numberType.bytes();
    this.numbers = NumberArray.zeros(numberType, FIRST * width);
  }

  void add(RowGradients more) {
    int added = more.keys().length;
    reserve(Math.addExact(count, added));
    System.arraycopy(more.keys(), 0, keys, count, added);
    more.numbers().copy(0, numbers, count * width, added * width);
    count += added;
    pushes++;
  }

  private void reserve(int wanted) {
    if (wanted > keys.length) {
      int room = Math.max(wanted, keys.length + (keys.length >> 1));
      keys = Arrays.copyOf(keys, room);
      numbers = numbers.resized(Math.multiplyExact(room, width));
    }
  }

  boolean isFull() {
    return pushes >= bounds.pushes() || (long) count * bytesPerKey >= bounds.bytes();
  }

  /** Returns all accumulated gradients and clears the batch. */
  RowGradients take() {
    var taken = new RowGradients(Arrays.copyOf(keys, count), numbers.resized(count * width));
    count = 0;
    pushes = 0;
    return taken;
  }
}
