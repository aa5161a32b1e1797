package io.mobula.jmh.onenode;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.Settings;
import io.mobula.jmh.measure.TimedOperation;
import io.mobula.tensor.DType;
import io.mobula.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Rows for put and get of objects of one size, in all forms that users have, beside a copy of as
 * many bytes.
 */
final class StoreSection implements BenchmarkSection {
  /** Object sizes, from 1 KB to 512 MB. */
  static final List<Long> SIZES =
      List.of(1L << 10, 16L << 10, 100L << 10, 1L << 20, 16L << 20, 100L << 20, 512L << 20);

  private static final int OBJECTS = 6;
  static final long MIN_CAPACITY = 256L << 20;
  private static final double COPY_SHARE = 0.9;
  private static final long COPY_MATTERS = 1L << 20;

  private final long bytes;
  private final Settings settings;
  private final MobulaRuntime runtime;
  private final Arena arena = Arena.ofShared();
  private final TimedOperation copy;

  private StoreSection(long bytes) {
    this.bytes = bytes;
    this.settings = Mobula.settings().storeCapacity(Math.max(MIN_CAPACITY, OBJECTS * bytes));
    this.runtime = Mobula.init(settings);
    this.copy = copy(filled(), filled());
  }

  static BenchmarkSection open(long bytes) {
    return new StoreSection(bytes);
  }

  /** Returns whether heap and shared memory have room for rows of this size. */
  static boolean fits(long bytes) throws IOException {
    Path shared = Path.of("/dev/shm");
    FileStore files = Files.getFileStore(
        Files.isDirectory(shared) ? shared : Path.of(System.getProperty("java.io.tmpdir")));
    return Runtime.getRuntime().maxMemory() > 4 * bytes
        && files.getUsableSpace() > (OBJECTS + 2) * bytes;
  }

  @Override
  public List<BenchmarkRow> rows() {
    var tensor = Tensor.wrap(filled(), DType.FLOAT64);
    var numbers = new double[(int) (bytes / Double.BYTES)];
    var rows = new ArrayList<BenchmarkRow>();
    rows.add(row(
        "put Tensor, first of a store",
        BenchmarkRow.Quantity.THROUGHPUT,
        new FirstPut(settings, tensor),
        new PerformanceGoal.None()));
    rows.add(row(
        "put double[], first of a store",
        BenchmarkRow.Quantity.THROUGHPUT,
        new FirstPut(settings, numbers),
        new PerformanceGoal.None()));
    rows.add(row("put Tensor", BenchmarkRow.Quantity.THROUGHPUT, put(tensor), putGoal()));
    rows.add(row(
        "put ByteBuffer", BenchmarkRow.Quantity.THROUGHPUT, put(tensor.asByteBuffer()), putGoal()));
    rows.add(row("put double[]", BenchmarkRow.Quantity.THROUGHPUT, put(numbers), putGoal()));
    rows.add(row(
        "get double[]",
        BenchmarkRow.Quantity.THROUGHPUT,
        get(() -> runtime.put(numbers)),
        new PerformanceGoal.None()));
    return rows;
  }

  private BenchmarkRow row(
      String what, BenchmarkRow.Quantity quantity, TimedOperation ours, PerformanceGoal goal) {
    return new BenchmarkRow(what, quantity, bytes, ours, List.of(copy), goal);
  }

  /** Returns the goal of a put. Below {@code COPY_MATTERS} the call dominates, and not the copy. */
  private PerformanceGoal putGoal() {
    return bytes >= COPY_MATTERS
        ? new PerformanceGoal.MinimumSpeedRatio(COPY_SHARE)
        : new PerformanceGoal.None();
  }

  private MemorySegment filled() {
    return arena.allocate(bytes, 64).fill((byte) 1);
  }

  private TimedOperation copy(MemorySegment from, MemorySegment to) {
    return TimedOperation.repeating("copy", 1, () -> MemorySegment.copy(from, 0, to, 0, bytes));
  }

  private TimedOperation put(Object value) {
    return TimedOperation.repeating("put", 1, () -> runtime.put(value).close());
  }

  private static TimedOperation get(Supplier<ObjectRef<?>> put) {
    return new RepeatedGet(put);
  }

  @Override
  public double timeShare() {
    return 0.25;
  }

  @Override
  public void close() {
    runtime.close();
    arena.close();
  }
}
