package io.mobula.ps;

import io.mobula.ps.error.KeyException;
import io.mobula.ps.error.TableException;
import io.mobula.ps.heap.HeapAdmission;
import io.mobula.ps.kernel.NumberType;
import io.mobula.ps.shard.DenseFrame;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Parameters of a table as they were when their shards were asked, read-only: on the shard's own
 * host large ones are read where they lie, by all readers in the same memory. Each shard's range is
 * of one moment; with several shards and asynchronous workers they need not be of the same.
 *
 * <p>For the thread that pulled. After closing, what is read throws {@link IllegalStateException}.
 * One that is never closed keeps its memory in the store until the process ends.
 */
public final class PulledParameters implements AutoCloseable {
  private static final int MOST_OF_ARRAY = Integer.MAX_VALUE - 8;

  private final NumberType numberType;
  private final KeyRange range;
  private final List<ParameterSlice> slices;
  private final Arena arena;

  /**
   * What came from one shard.
   *
   * @param start the parameter that the first number belongs to
   * @param numbers those of the range
   * @param updates how often the shard had changed its weights
   */
  record ParameterSlice(long start, MemorySegment numbers, long updates) {
    static ParameterSlice of(DenseFrame frame, NumberType numberType, long start, KeyRange range) {
      long from = Math.max(0, range.from() - start);
      long to = Math.min(frame.count(), range.to() - start);
      var numbers =
          frame.numbers().asSlice(from * numberType.bytes(), (to - from) * numberType.bytes());
      return new ParameterSlice(start + from, numbers.asReadOnly(), frame.updates());
    }

    long count(NumberType numberType) {
      return numbers.byteSize() / numberType.bytes();
    }
  }

  PulledParameters(
      NumberType numberType, KeyRange range, List<ParameterSlice> slices, Arena arena) {
    this.numberType = numberType;
    this.range = range;
    this.slices = List.copyOf(slices);
    this.arena = arena;
  }

  /** Which parameters there are. */
  public KeyRange range() {
    return range;
  }

  /** How many updates the weights have had on every shard that was asked, at least. */
  public long version() {
    long least = Long.MAX_VALUE;
    for (var slice : slices) {
      least = Math.min(least, slice.updates());
    }
    return least;
  }

  /** How many stretches of memory they lie in: one for each shard. */
  public int stretches() {
    return slices.size();
  }

  /** The parameters in one stretch. */
  public KeyRange range(int stretch) {
    var slice = slices.get(stretch);
    return new KeyRange(slice.start(), slice.start() + slice.count(numberType));
  }

  /** The memory of one stretch, in the machine's byte order, not aligned to more than a byte. */
  public MemorySegment segment(int stretch) {
    return slices.get(stretch).numbers();
  }

  /** One parameter. Where many are read, {@link #segment} or {@link #toFloats} is faster. */
  public double get(long parameter) {
    for (var slice : slices) {
      if (parameter >= slice.start() && parameter - slice.start() < slice.count(numberType)) {
        return numberType.at(slice.numbers(), parameter - slice.start());
      }
    }
    throw new KeyException("Parameter " + parameter + " is none of " + range + ".", null);
  }

  /** A copy of all, narrowed where the table is one of doubles. */
  public float[] toFloats() {
    var result = array(Float.BYTES, float[]::new);
    copyTo(result);
    return result;
  }

  private <T> T array(int bytes, IntFunction<T> made) {
    if (range.length() > MOST_OF_ARRAY) {
      throw new TableException(
          range.length()
              + " parameters do not fit into one array: read segment(i), or pull ranges.",
          null);
    }
    return HeapAdmission.ofThisJvm()
        .allocateBriefly(
            "an array of the pulled " + range,
            range.length() * bytes,
            () -> made.apply((int) range.length()));
  }

  /** Copies all into an array of as many numbers; narrowed where the table is one of doubles. */
  public void copyTo(float[] into) {
    for (var slice : slices) {
      int at = (int) (slice.start() - range.from());
      int count = (int) slice.count(numberType);
      if (numberType == NumberType.FLOAT) {
        MemorySegment.copy(slice.numbers(), ValueLayout.JAVA_FLOAT_UNALIGNED, 0, into, at, count);
      } else {
        for (int i = 0; i < count; i++) {
          into[at + i] = (float) numberType.at(slice.numbers(), i);
        }
      }
    }
  }

  /** A copy of all, widened where the table is one of floats. */
  public double[] toDoubles() {
    var result = array(Double.BYTES, double[]::new);
    for (var slice : slices) {
      int at = (int) (slice.start() - range.from());
      for (int i = 0; i < slice.count(numberType); i++) {
        result[at + i] = numberType.at(slice.numbers(), i);
      }
    }
    return result;
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
