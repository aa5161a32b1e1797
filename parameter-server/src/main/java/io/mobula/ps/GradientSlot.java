package io.mobula.ps;

import io.mobula.MobulaRuntime;
import io.mobula.ObjectBuffer;
import io.mobula.ps.error.GradientException;
import io.mobula.ps.error.KeyException;
import io.mobula.ps.internal.kernel.NumberType;
import io.mobula.ps.internal.shard.DenseFrame;
import io.mobula.ps.internal.shard.DenseSpec;
import io.mobula.ps.internal.shard.RangePartition;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Buffer for a gradient of a range of parameters, placed where the shards will read it: large
 * slices lie in shared memory. The initial content is undefined; every number has to be set. For
 * one thread.
 *
 * <p>{@link DenseWorker#push(GradientSlot)} takes the slot over; afterwards every use throws
 * {@link IllegalStateException}. Closing a slot that was not pushed frees its memory.
 */
public final class GradientSlot implements AutoCloseable {
  private final DenseSpec spec;
  private final RangePartition rangePartition;
  private final KeyRange range;
  private final List<GradientSlice> slices = new ArrayList<>();
  private boolean open = true;

  /**
   * Part of a gradient that is sent to one shard.
   *
   * @param shard index of the shard
   * @param start the first parameter
   * @param local index of the first parameter within the shard's range
   * @param frame the frame that contains the numbers
   * @param room the store buffer of the frame; null if the frame is in an array
   */
  record GradientSlice(
      int shard,
      long start,
      int local,
      DenseFrame frame,
      @Nullable ObjectBuffer room) {
    MemorySegment numbers() {
      return frame.numbers();
    }

    long count(NumberType numberType) {
      return numbers().byteSize() / numberType.bytes();
    }
  }

  GradientSlot(
      MobulaRuntime runtime,
      DenseSpec spec,
      RangePartition rangePartition,
      KeyRange range,
      boolean array) {
    range.requireWithin(spec.size());
    this.spec = spec;
    this.rangePartition = rangePartition;
    this.range = range;
    try {
      for (int shard = rangePartition.shardOf(range.from());
          shard < rangePartition.shards() && rangePartition.start(shard) < range.to();
          shard++) {
        long from = Math.max(range.from(), rangePartition.start(shard));
        long to = Math.min(range.to(), rangePartition.start(shard) + rangePartition.length(shard));
        add(runtime, shard, from, (int) (from - rangePartition.start(shard)), to - from, array);
      }
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private void add(
      MobulaRuntime runtime, int shard, long start, int local, long count, boolean array) {
    long bytes = DenseFrame.HEADER_BYTES + count * spec.numberType().bytes();
    if (array || !spec.numberType().isLarge(count)) {
      var frame = new DenseFrame(MemorySegment.ofArray(new byte[(int) bytes]));
      slices.add(new GradientSlice(shard, start, local, frame, null));
    } else {
      var room = runtime.create(bytes);
      slices.add(new GradientSlice(shard, start, local, new DenseFrame(room.segment()), room));
    }
  }

  /** Returns the range of parameters that the slot is for. */
  public KeyRange range() {
    return range;
  }

  /**
   * Returns the number of contiguous stretches of memory: one for each shard that has parameters of
   * the range.
   */
  public int stretches() {
    return slices().size();
  }

  /** Returns the parameters whose numbers are in one stretch. */
  public KeyRange range(int stretch) {
    var slice = slices().get(stretch);
    return new KeyRange(slice.start(), slice.start() + slice.count(spec.numberType()));
  }

  /** Returns the memory of one stretch, in native byte order and with an alignment of 1 byte. */
  public MemorySegment segment(int stretch) {
    return slices().get(stretch).numbers();
  }

  /** Sets the gradient of one parameter. */
  public void set(long parameter, double value) {
    var slice = partOf(parameter);
    spec.numberType().set(slice.numbers(), parameter - slice.start(), value);
  }

  private GradientSlice partOf(long parameter) {
    for (var slice : slices()) {
      if (parameter >= slice.start()
          && parameter - slice.start() < slice.count(spec.numberType())) {
        return slice;
      }
    }
    throw new KeyException("Parameter " + parameter + " is none of " + range + ".", null);
  }

  /** Sets all numbers; for a table of doubles they are widened. */
  public void set(float[] gradient) {
    requireLength(gradient.length);
    for (var slice : slices()) {
      int at = (int) (slice.start() - range.from());
      int count = (int) slice.count(spec.numberType());
      if (spec.numberType() == NumberType.FLOAT) {
        MemorySegment.copy(
            gradient, at, slice.numbers(), ValueLayout.JAVA_FLOAT_UNALIGNED, 0, count);
      } else {
        for (int i = 0; i < count; i++) {
          slice.numbers().setAtIndex(ValueLayout.JAVA_DOUBLE_UNALIGNED, i, gradient[at + i]);
        }
      }
    }
  }

  /**
   * Adds to all numbers, which have to be set before. Several gradients can be summed into one push
   * that way.
   *
   * @throws GradientException when the length differs from the slot's
   */
  public void add(float[] gradient) {
    requireLength(gradient.length);
    for (var slice : slices()) {
      int at = (int) (slice.start() - range.from());
      int count = (int) slice.count(spec.numberType());
      for (int i = 0; i < count; i++) {
        double sum = spec.numberType().at(slice.numbers(), i) + gradient[at + i];
        spec.numberType().set(slice.numbers(), i, sum);
      }
    }
  }

  /**
   * Sets all numbers of a slot for a table of doubles.
   *
   * @throws GradientException when the table is one of floats, or the length differs from the
   *     slot's
   */
  public void set(double[] gradient) {
    requireLength(gradient.length);
    if (spec.numberType() != NumberType.DOUBLE) {
      throw new GradientException("Got doubles for " + spec + ": push floats.");
    }
    for (var slice : slices()) {
      int at = (int) (slice.start() - range.from());
      int count = (int) slice.count(spec.numberType());
      MemorySegment.copy(
          gradient, at, slice.numbers(), ValueLayout.JAVA_DOUBLE_UNALIGNED, 0, count);
    }
  }

  private void requireLength(int had) {
    if (had != range.length()) {
      throw GradientException.ofLength(range.length(), had);
    }
  }

  List<GradientSlice> slices() {
    if (!open) {
      throw new IllegalStateException("This slot was pushed or closed before: claim another.");
    }
    return slices;
  }

  /**
   * Takes the slices out of the slot. They are copied if parameters have moved since the slot was
   * claimed.
   */
  List<GradientSlice> takeFor(RangePartition present, MobulaRuntime runtime) {
    if (present.equals(rangePartition)) {
      return take();
    }
    var moved = new GradientSlot(runtime, spec, present, range, false);
    for (var from : slices()) {
      moved.set(from.start(), from.numbers(), from.count(spec.numberType()));
    }
    close();
    return moved.take();
  }

  /** Copies {@code count} numbers that begin with the parameter {@code start}. */
  void set(long start, MemorySegment numbers, long count) {
    var numberType = spec.numberType();
    for (var to : slices()) {
      long first = Math.max(start, to.start());
      long last = Math.min(start + count, to.start() + to.count(numberType));
      if (first < last) {
        long bytes = (last - first) * numberType.bytes();
        to.numbers()
            .asSlice((first - to.start()) * numberType.bytes(), bytes)
            .copyFrom(numbers.asSlice((first - start) * numberType.bytes(), bytes));
      }
    }
  }

  /** Takes the slices out of the slot; the caller frees them. */
  List<GradientSlice> take() {
    var taken = List.copyOf(slices());
    open = false;
    return taken;
  }

  @Override
  public void close() {
    if (open) {
      open = false;
      slices.forEach(slice -> {
        if (slice.room() != null) {
          slice.room().close();
        }
      });
    }
  }
}
