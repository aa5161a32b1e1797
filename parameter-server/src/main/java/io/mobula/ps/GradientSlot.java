package io.mobula.ps;

import io.mobula.MobulaRuntime;
import io.mobula.ObjectBuffer;
import io.mobula.ps.error.GradientException;
import io.mobula.ps.error.KeyException;
import io.mobula.ps.kernel.NumberType;
import io.mobula.ps.shard.DenseSpec;
import io.mobula.ps.shard.Frame;
import io.mobula.ps.shard.Split;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Room for a gradient of some parameters, to be written where their shards will read it: large ones
 * in shared memory. The room holds anything at first; every number has to be set. For one thread.
 *
 * <p>After {@link DenseWorker#push(GradientSlot)} it is no longer the worker's, and every use throws
 * {@link IllegalStateException}. Closing a slot that was not pushed gives the room back.
 */
public final class GradientSlot implements AutoCloseable {
  private final DenseSpec spec;
  private final Split split;
  private final KeyRange range;
  private final List<GradientSlice> slices = new ArrayList<>();
  private boolean open = true;

  /**
   * What goes to one shard.
   *
   * @param shard which
   * @param start the first parameter
   * @param local its index on the shard
   * @param frame where the numbers are
   * @param room what they are sealed with; null if they are in an array
   */
  record GradientSlice(
      int shard,
      long start,
      int local,
      Frame frame,
      @Nullable ObjectBuffer room) {
    MemorySegment numbers() {
      return frame.numbers();
    }

    long count(NumberType numberType) {
      return numbers().byteSize() / numberType.bytes();
    }
  }

  GradientSlot(MobulaRuntime runtime, DenseSpec spec, Split split, KeyRange range, boolean array) {
    range.requireWithin(spec.size());
    this.spec = spec;
    this.split = split;
    this.range = range;
    try {
      for (int shard = split.shardOf(range.from());
          shard < split.shards() && split.start(shard) < range.to();
          shard++) {
        long from = Math.max(range.from(), split.start(shard));
        long to = Math.min(range.to(), split.start(shard) + split.length(shard));
        add(runtime, shard, from, (int) (from - split.start(shard)), to - from, array);
      }
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private void add(
      MobulaRuntime runtime, int shard, long start, int local, long count, boolean array) {
    long bytes = Frame.HEAD + count * spec.element().bytes();
    if (array || !spec.element().isLarge(count)) {
      var frame = new Frame(MemorySegment.ofArray(new byte[(int) bytes]));
      slices.add(new GradientSlice(shard, start, local, frame, null));
    } else {
      var room = runtime.create(bytes);
      slices.add(new GradientSlice(shard, start, local, new Frame(room.segment()), room));
    }
  }

  /** The parameters it is for. */
  public KeyRange range() {
    return range;
  }

  /** How many stretches of memory it consists of: one for each shard that is concerned. */
  public int stretches() {
    return slices().size();
  }

  /** The parameters whose numbers are in one stretch. */
  public KeyRange range(int stretch) {
    var slice = slices().get(stretch);
    return new KeyRange(slice.start(), slice.start() + slice.count(spec.element()));
  }

  /** The memory of one stretch, in the machine's byte order, not aligned to more than a byte. */
  public MemorySegment segment(int stretch) {
    return slices().get(stretch).numbers();
  }

  /** Sets the number of one parameter. */
  public void set(long parameter, double value) {
    var slice = partOf(parameter);
    spec.element().set(slice.numbers(), parameter - slice.start(), value);
  }

  private GradientSlice partOf(long parameter) {
    for (var slice : slices()) {
      if (parameter >= slice.start() && parameter - slice.start() < slice.count(spec.element())) {
        return slice;
      }
    }
    throw new KeyException("Parameter " + parameter + " is none of " + range + ".", null);
  }

  /** Sets all numbers; those of a table of doubles are widened. */
  public void set(float[] gradient) {
    requireLength(gradient.length);
    for (var slice : slices()) {
      int at = (int) (slice.start() - range.from());
      int count = (int) slice.count(spec.element());
      if (spec.element() == NumberType.FLOAT) {
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
   * Adds to all numbers, which have to be set: so several gradients go in one push.
   *
   * @throws GradientException when the length is another
   */
  public void add(float[] gradient) {
    requireLength(gradient.length);
    for (var slice : slices()) {
      int at = (int) (slice.start() - range.from());
      int count = (int) slice.count(spec.element());
      for (int i = 0; i < count; i++) {
        double sum = spec.element().at(slice.numbers(), i) + gradient[at + i];
        spec.element().set(slice.numbers(), i, sum);
      }
    }
  }

  /**
   * Sets all numbers of a table of doubles.
   *
   * @throws GradientException when the table is one of floats, or the length is another
   */
  public void set(double[] gradient) {
    requireLength(gradient.length);
    if (spec.element() != NumberType.DOUBLE) {
      throw new GradientException("Got doubles for " + spec + ": push floats.");
    }
    for (var slice : slices()) {
      int at = (int) (slice.start() - range.from());
      int count = (int) slice.count(spec.element());
      MemorySegment.copy(gradient, at, slice.numbers(), ValueLayout.JAVA_DOUBLE_UNALIGNED, 0, count);
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
   * Its parts, which are somebody else's from now on; copied where parameters have moved since it
   * was claimed.
   */
  List<GradientSlice> takeFor(Split present, MobulaRuntime runtime) {
    if (present.equals(split)) {
      return take();
    }
    var moved = new GradientSlot(runtime, spec, present, range, false);
    for (var from : slices()) {
      moved.set(from.start(), from.numbers(), from.count(spec.element()));
    }
    close();
    return moved.take();
  }

  /** Copies numbers that begin with that parameter. */
  void set(long start, MemorySegment numbers, long count) {
    var numberType = spec.element();
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

  /** Its parts, which are somebody else's from now on. */
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
