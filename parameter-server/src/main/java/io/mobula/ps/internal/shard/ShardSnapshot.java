package io.mobula.ps.internal.shard;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mobula.NodeId;
import io.mobula.ps.internal.clock.WorkerClock;
import io.mobula.ps.internal.kernel.NumberType;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Serialized state of one shard's part of a table, or of a selection of it. It is sent to a
 * replica, to another shard when parameters move, and written to the file of a checkpoint.
 *
 * <p>The first 16 bytes are "MBBL", the version (1), the length of the header in bytes, and 0, each
 * as a little-endian int. Then come the header, zeros up to a multiple of 64 bytes, and the numbers
 * in little endian. In a dense table these are the weights, each state vector, and the gradient
 * sums of pending steps, each as long as the range. In a sparse table they are the keys; the rows,
 * each with its weights and state; and for each pending step its keys and then its sums.
 *
 * @param header description of the contents
 * @param numbers what follows the header
 */
record ShardSnapshot(Header header, MemorySegment numbers) {
  private static final int MAGIC = 0x4C42424D; // "MBBL"
  private static final int VERSION = 1;
  private static final int FIXED = 16;
  private static final int ALIGNMENT = 64;
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /**
   * Header of a snapshot.
   *
   * @param numberType type of the numbers
   * @param width how many numbers an item has; 1 in a dense table
   * @param vectors number of vectors, weights and state: 1 or more
   * @param start the first parameter; 0 in a sparse table
   * @param count number of parameters or rows
   * @param updates number of updates applied to them
   * @param layout version of the layout in which the workers' pushes are numbered
   * @param applied number of steps that are applied
   * @param slowest number of steps that all workers have ended; those from {@code applied} on are
   *     due
   * @param workers clocks of the workers
   * @param previousSequences sequence number of each worker's last push in the previous layout
   * @param pendingSteps steps whose gradients wait to be applied
   */
  record Header(
      NumberType numberType,
      int width,
      int vectors,
      long start,
      long count,
      long updates,
      int layout,
      long applied,
      long slowest,
      List<WorkerClock> workers,
      Map<Long, Long> previousSequences,
      List<PendingStep> pendingSteps) {}

  /**
   * Step with gradients that wait to be applied.
   *
   * @param step number of the step
   * @param rank rank of the worker that the gradients are from; -1 for all workers
   * @param count number of parameters or rows that there are gradients for
   */
  record PendingStep(long step, int rank, long count) {}

  /** Returns the size in bytes of a snapshot with that header. */
  static long sizeOf(Header header, boolean sparse) {
    return headerBytes(header).length + numbersOf(header, sparse);
  }

  private static long numbersOf(Header header, boolean sparse) {
    long item = (long) header.width() * header.numberType().bytes();
    long key = sparse ? Long.BYTES : 0;
    long bytes = Math.multiplyExact(
        header.count(), Math.addExact(key, Math.multiplyExact(item, header.vectors())));
    for (var pendingStep : header.pendingSteps()) {
      bytes = Math.addExact(bytes, Math.multiplyExact(pendingStep.count(), key + item));
    }
    return bytes;
  }

  /** Returns everything before the numbers: preamble, header and padding. */
  static byte[] headerBytes(Header header) {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      write(header, out);
    } catch (IOException e) {
      throw new UncheckedIOException("to memory", e);
    }
    int length = bytes.size();
    var all = new byte[(FIXED + length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT];
    var memory = MemorySegment.ofArray(all);
    memory.set(INT, 0, MAGIC);
    memory.set(INT, 4, VERSION);
    memory.set(INT, 8, length);
    System.arraycopy(bytes.toByteArray(), 0, all, FIXED, length);
    return all;
  }

  private static void write(Header header, DataOutputStream out) throws IOException {
    var element = header.numberType().name().getBytes(UTF_8);
    out.writeInt(element.length);
    out.write(element);
    out.writeInt(header.width());
    out.writeInt(header.vectors());
    out.writeLong(header.start());
    out.writeLong(header.count());
    out.writeLong(header.updates());
    out.writeInt(header.layout());
    out.writeLong(header.applied());
    out.writeLong(header.slowest());
    out.writeInt(header.workers().size());
    for (var clock : header.workers()) {
      out.writeLong(clock.worker());
      out.writeInt(clock.rank());
      out.writeLong(clock.node().incarnation());
      out.writeLong(clock.endedSteps());
      out.writeLong(clock.sequence());
      out.writeBoolean(clock.departed());
    }
    out.writeInt(header.previousSequences().size());
    for (var last : header.previousSequences().entrySet()) {
      out.writeLong(last.getKey());
      out.writeLong(last.getValue());
    }
    out.writeInt(header.pendingSteps().size());
    for (var pendingStep : header.pendingSteps()) {
      out.writeLong(pendingStep.step());
      out.writeInt(pendingStep.rank());
      out.writeLong(pendingStep.count());
    }
  }

  /**
   * Reads a snapshot that another process may have written.
   *
   * @throws IllegalArgumentException when the memory holds no snapshot
   */
  static ShardSnapshot read(MemorySegment memory) {
    boolean is = memory.byteSize() >= FIXED && memory.get(INT, 0) == MAGIC;
    int version = is ? memory.get(INT, 4) : 0;
    if (version != VERSION) {
      throw new IllegalArgumentException("Not a snapshot of version " + VERSION + " of a table: "
          + memory.byteSize() + " bytes" + (is ? ", version " + version : "") + ".");
    }
    int length = memory.get(INT, 8);
    long from = (FIXED + (long) length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (length < 0 || from > memory.byteSize()) {
      throw new IllegalArgumentException("A snapshot of " + memory.byteSize()
          + " bytes claims a header of " + length + ": it is cut off.");
    }
    var bytes = memory.asSlice(FIXED, length).toArray(ValueLayout.JAVA_BYTE);
    try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      return new ShardSnapshot(header(in), memory.asSlice(from));
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "The header of a snapshot is cut off: " + length + " bytes", e);
    }
  }

  /**
   * Checks that the snapshot fits a table and contains the numbers that its header promises.
   *
   * @param width how many numbers an item of the table has
   * @param vectors number of vectors, weights and state
   * @throws IllegalArgumentException if it does not
   */
  void require(NumberType numberType, int width, int vectors, boolean sparse) {
    boolean fits = header.numberType() == numberType
        && header.width() == width
        && header.vectors() == vectors
        && header.start() >= 0
        && header.count() >= 0
        && header.start() <= Long.MAX_VALUE - header.count()
        && header.pendingSteps().stream().allMatch(pendingStep -> pendingStep.count() >= 0);
    if (!fits || !isFollowedByItsNumbers(sparse)) {
      throw new IllegalArgumentException("Wanted a snapshot of " + (sparse ? "rows" : "vectors")
          + ", " + vectors + " vectors of " + width + " " + numberType.pluralName()
          + "; its header describes "
          + header.vectors() + " of " + header.width() + " "
          + header.numberType().pluralName() + ", "
          + header.count() + " items from " + header.start() + " and "
          + header.pendingSteps().size()
          + " pending steps, and " + numbers.byteSize() + " bytes follow.");
    }
  }

  private boolean isFollowedByItsNumbers(boolean sparse) {
    try {
      return numbersOf(header, sparse) == numbers.byteSize();
    } catch (ArithmeticException tooMany) {
      return false;
    }
  }

  private static Header header(DataInputStream in) throws IOException {
    var numberType = NumberType.valueOf(new String(in.readNBytes(in.readInt()), UTF_8));
    int width = in.readInt();
    int vectors = in.readInt();
    long start = in.readLong();
    long count = in.readLong();
    long updates = in.readLong();
    int layout = in.readInt();
    long applied = in.readLong();
    long slowest = in.readLong();
    var workers = new ArrayList<WorkerClock>();
    for (int i = in.readInt(); i > 0; i--) {
      workers.add(new WorkerClock(
          in.readLong(),
          in.readInt(),
          new NodeId(in.readLong()),
          in.readLong(),
          in.readLong(),
          in.readBoolean()));
    }
    var before = new HashMap<Long, Long>();
    for (int i = in.readInt(); i > 0; i--) {
      before.put(in.readLong(), in.readLong());
    }
    var pendingStep = new ArrayList<PendingStep>();
    for (int i = in.readInt(); i > 0; i--) {
      pendingStep.add(new PendingStep(in.readLong(), in.readInt(), in.readLong()));
    }
    return new Header(
        numberType,
        width,
        vectors,
        start,
        count,
        updates,
        layout,
        applied,
        slowest,
        workers,
        before,
        pendingStep);
  }

  /**
   * Returns some of a dense table's vector; the sums of pending steps are numbered after the state.
   */
  MemorySegment vector(int vector, long from, long count) {
    int bytes = header.numberType().bytes();
    return numbers.asSlice((vector * header.count() + from) * bytes, count * bytes);
  }
}
