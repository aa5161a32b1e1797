package io.mobula.jmh;

import io.mobula.DType;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.Settings;
import io.mobula.Tensor;
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
 * Put and get of objects of one size, in the forms that users have them, beside a copy of as many
 * bytes.
 */
final class StoreSection implements Section {
  /** 1 KB to 512 MB. */
  static final List<Long> SIZES =
      List.of(1L << 10, 16L << 10, 100L << 10, 1L << 20, 16L << 20, 100L << 20, 512L << 20);

  private static final int OBJECTS = 6;
  static final long LEAST_CAPACITY = 256L << 20;
  private static final double COPY_SHARE = 0.9;
  private static final long COPY_MATTERS = 1L << 20;

  private final long bytes;
  private final Settings settings;
  private final MobulaRuntime runtime;
  private final Arena arena = Arena.ofShared();
  private final Contender copy;

  private StoreSection(long bytes) {
    this.bytes = bytes;
    this.settings = Mobula.settings().storeCapacity(Math.max(LEAST_CAPACITY, OBJECTS * bytes));
    this.runtime = Mobula.init(settings);
    this.copy = copy(filled(), filled());
  }

  static Section open(long bytes) {
    return new StoreSection(bytes);
  }

  /** Whether heap and shared memory have room for rows of this size. */
  static boolean fits(long bytes) throws IOException {
    Path shared = Path.of("/dev/shm");
    FileStore files = Files.getFileStore(
        Files.isDirectory(shared) ? shared : Path.of(System.getProperty("java.io.tmpdir")));
    return Runtime.getRuntime().maxMemory() > 4 * bytes
        && files.getUsableSpace() > (OBJECTS + 2) * bytes;
  }

  @Override
  public List<Row> rows() {
    var tensor = Tensor.wrap(filled(), DType.FLOAT64);
    var numbers = new double[(int) (bytes / Double.BYTES)];
    var rows = new ArrayList<Row>();
    rows.add(row(
        "put Tensor, first of a store",
        Row.Reading.MOVED,
        new FirstPut(settings, tensor),
        new Goal.None()));
    rows.add(row(
        "put double[], first of a store",
        Row.Reading.MOVED,
        new FirstPut(settings, numbers),
        new Goal.None()));
    rows.add(row("put Tensor", Row.Reading.MOVED, put(tensor), putGoal()));
    rows.add(row("put ByteBuffer", Row.Reading.MOVED, put(tensor.asByteBuffer()), putGoal()));
    rows.add(row("put double[]", Row.Reading.MOVED, put(numbers), putGoal()));
    rows.add(
        row("get double[]", Row.Reading.MOVED, get(() -> runtime.put(numbers)), new Goal.None()));
    return rows;
  }

  private Row row(String what, Row.Reading reading, Contender ours, Goal goal) {
    return new Row(what, reading, bytes, ours, List.of(copy), goal);
  }

  /** Below this size it is the call that costs, and not the copy. */
  private Goal putGoal() {
    return bytes >= COPY_MATTERS ? new Goal.Share(COPY_SHARE) : new Goal.None();
  }

  private MemorySegment filled() {
    return arena.allocate(bytes, 64).fill((byte) 1);
  }

  private Contender copy(MemorySegment from, MemorySegment to) {
    return Contender.repeating("copy", 1, () -> MemorySegment.copy(from, 0, to, 0, bytes));
  }

  private Contender put(Object value) {
    return Contender.repeating("put", 1, () -> runtime.put(value).close());
  }

  private static Contender get(Supplier<ObjectRef<?>> put) {
    return new Get(put);
  }

  @Override
  public double share() {
    return 0.25;
  }

  @Override
  public void close() {
    runtime.close();
    arena.close();
  }
}
