package io.mobula.ps;

import io.mobula.ps.error.KeyException;
import io.mobula.ps.error.TableException;
import io.mobula.ps.internal.heap.HeapAdmission;
import io.mobula.ps.internal.kernel.NumberType;
import io.mobula.ps.internal.shard.DenseFrame;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Read-only parameters of a table as of the time when the shards replied. On the shard's own host,
 * large ranges are read in place, in memory shared by all readers. The numbers of one shard are
 * consistent; with several shards and asynchronous workers, those of different shards may be of
 * different versions.
 *
 * <p>For the thread that pulled. Reading after {@link #close} throws {@link IllegalStateException}.
 * Parameters that are never closed keep their memory in the store until the process ends.
 */
public final class PulledParameters implements AutoCloseable {
  private static final int MAX_ARRAY_LENGTH = Integer.MAX_VALUE - 8;

  private final NumberType numberType;
  private final KeyRange range;
  private final List<ParameterSlice> slices;
  private final Arena arena;

  /**
   * Part of the parameters that one shard has sent.
   *
   * @param start the parameter that the first number belongs to
   * @param numbers the numbers within the pulled range
   * @param updates how many updates the shard had applied
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

  /** Returns the range of the pulled parameters. */
  public KeyRange range() {
    return range;
  }

  /** Returns the minimum, over the shards, of the number of updates applied to the weights. */
  public long version() {
    long least = Long.MAX_VALUE;
    for (var slice : slices) {
      least = Math.min(least, slice.updates());
    }
    return least;
  }

  /** Returns the number of contiguous stretches of memory: one for each shard. */
  public int stretches() {
    return slices.size();
  }

  /** Returns the parameters whose numbers are in one stretch. */
  public KeyRange range(int stretch) {
    var slice = slices.get(stretch);
    return new KeyRange(slice.start(), slice.start() + slice.count(numberType));
  }

  /** Returns the memory of one stretch, in native byte order and with an alignment of 1 byte. */
  public MemorySegment segment(int stretch) {
    return slices.get(stretch).numbers();
  }

  /**
   * Returns the value of one parameter. To read many, {@link #segment} and {@link #toFloats} are
   * faster.
   */
  public double get(long parameter) {
    for (var slice : slices) {
      if (parameter >= slice.start() && parameter - slice.start() < slice.count(numberType)) {
        return numberType.at(slice.numbers(), parameter - slice.start());
      }
    }
    throw new KeyException("Parameter " + parameter + " is none of " + range + ".", null);
  }

  /** Returns a copy of all parameters; those of a table of doubles are narrowed. */
  public float[] toFloats() {
    var result = array(Float.BYTES, float[]::new);
    copyTo(result);
    return result;
  }

  private <T> T array(int bytes, IntFunction<T> made) {
    if (range.length() > MAX_ARRAY_LENGTH) {
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

  /**
   * Copies all parameters into an array of the same length; those of a table of doubles are
   * narrowed.
   */
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

  /** Returns a copy of all parameters; those of a table of floats are widened. */
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
