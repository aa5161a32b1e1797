package io.mobula.ps.shard;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mobula.NodeId;
import io.mobula.ps.clock.WorkerClock;
import io.mobula.ps.kernel.NumberType;
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
 * The state of one shard's part of a table, or of some of it, in one piece of memory: what goes to
 * a standby, to another shard when parameters move, and into the file of a checkpoint.
 *
 * <p>First 16 bytes: "MBBL", the version (1), how many bytes the head has, 0, each an int, little
 * endian. Then the head, and zeros up to a multiple of 64; then the numbers, little endian. Of a
 * dense table: the weights, each state vector, and the sums of gradients of open steps, all as long
 * as the range. Of a sparse one: the keys; the rows, each with weights and state; and for each open
 * step its keys and then its sums.
 *
 * @param header what there is
 * @param numbers what follows it
 */
record ShardSnapshot(Header header, MemorySegment numbers) {
  private static final int MAGIC = 0x4C42424D; // "MBBL"
  private static final int VERSION = 1;
  private static final int FIXED = 16;
  private static final int ALIGNMENT = 64;
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /**
   * What a block has.
   *
   * @param numberType what the numbers are
   * @param width how many numbers an item has; 1 in a dense table
   * @param vectors the weights and the state: 1 or more
   * @param start the first parameter; 0 in a sparse table
   * @param count how many parameters or rows
   * @param updates how many updates they have had
   * @param layout the layout in which the workers' pushes are counted
   * @param applied up to which step everything is applied
   * @param slowest how many steps all have ended: those from {@code applied} to that are due
   * @param workers the clocks
   * @param previousSequences the last push of each worker in the layout before
   * @param pendingSteps the steps that wait for their end
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
   * A step for which gradients are kept.
   *
   * @param step which
   * @param rank of the worker whose they are; -1 for all
   * @param count for how many parameters or rows
   */
  record PendingStep(long step, int rank, long count) {}

  /** How long a block with that head is. */
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

  /** Everything before the numbers. */
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
   * One that somebody else has written.
   *
   * @throws IllegalArgumentException when it is none
   */
  static ShardSnapshot read(MemorySegment memory) {
    boolean is = memory.byteSize() >= FIXED && memory.get(INT, 0) == MAGIC;
    int version = is ? memory.get(INT, 4) : 0;
    if (version != VERSION) {
      throw new IllegalArgumentException("Not a block of version " + VERSION + " of a table: "
          + memory.byteSize() + " bytes" + (is ? ", version " + version : "") + ".");
    }
    int length = memory.get(INT, 8);
    long from = (FIXED + (long) length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (length < 0 || from > memory.byteSize()) {
      throw new IllegalArgumentException("A block of " + memory.byteSize()
          + " bytes claims a head of " + length + ": it is cut off.");
    }
    var bytes = memory.asSlice(FIXED, length).toArray(ValueLayout.JAVA_BYTE);
    try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      return new ShardSnapshot(header(in), memory.asSlice(from));
    } catch (IOException e) {
      throw new IllegalArgumentException("The head of a block is cut off: " + length + " bytes", e);
    }
  }

  /**
   * Nothing, if it is of a table of that kind and has the numbers that its head speaks of.
   *
   * @param width how many numbers an item of the table has
   * @param vectors the weights and the state
   * @throws IllegalArgumentException if not
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
      throw new IllegalArgumentException("Wanted a block of " + (sparse ? "rows" : "vectors")
          + ", " + vectors + " vectors of " + width + " " + numberType.pluralName()
          + "; its head speaks of "
          + header.vectors() + " of " + header.width() + " "
          + header.numberType().pluralName() + ", "
          + header.count() + " items from " + header.start() + " and "
          + header.pendingSteps().size()
          + " open steps, and " + numbers.byteSize() + " bytes follow.");
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

  /** A dense table's vector, the open steps' sums after the state, from one parameter on. */
  MemorySegment vector(int vector, long from, long count) {
    int bytes = header.numberType().bytes();
    return numbers.asSlice((vector * header.count() + from) * bytes, count * bytes);
  }
}
