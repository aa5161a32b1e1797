package io.mobula.ps.shard;

import io.mobula.ps.error.GradientException;
import io.mobula.ps.kernel.NumberType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Gradients of rows on their way to a shard: 64 bytes that say what they are, then the keys, if
 * they are sent, then the numbers. In the machine's byte order, as both sides are of one kind.
 *
 * <table>
 * <caption>The bytes</caption>
 * <tr><th>at</th><th>what</th></tr>
 * <tr><td>0, int</td><td>{@value #MAGIC}</td></tr>
 * <tr><td>4, int</td><td>how many keys</td></tr>
 * <tr><td>8, long</td><td>the worker</td></tr>
 * <tr><td>16, long</td><td>its how manieth push to this shard</td></tr>
 * <tr><td>24, long</td><td>names the list of keys; 0 if it is not to be remembered</td></tr>
 * <tr><td>32, int</td><td>1 if the keys follow, 0 if the shard is to know the list</td></tr>
 * <tr><td>36, int</td><td>how many numbers a row has</td></tr>
 * <tr><td>40, long</td><td>how many steps the worker had ended</td></tr>
 * <tr><td>48, int</td><td>the layout that the worker knows</td></tr>
 * <tr><td>52, int</td><td>how many bytes a number has</td></tr>
 * </table>
 *
 * @param memory all of it
 */
public record SparseFrame(MemorySegment memory) {
  private static final int MAGIC = 0x5350524D; // "MRPS"
  private static final int HEADER_BYTES = 64;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  /** How many bytes such gradients take. */
  public static long sizeOf(long keys, int width, NumberType numberType, boolean sent) {
    return sizeOf(keys, width, numberType.bytes(), sent);
  }

  private static long sizeOf(long keys, int width, int numberBytes, boolean sent) {
    return HEADER_BYTES + (sent ? keys * Long.BYTES : 0) + keys * width * numberBytes;
  }

  /** One that somebody else has written. */
  static SparseFrame read(MemorySegment memory) {
    boolean is = memory.byteSize() >= HEADER_BYTES && memory.get(INT, 0) == MAGIC;
    var frame = new SparseFrame(memory);
    if (!is
        || memory.byteSize()
            != sizeOf(frame.count(), frame.width(), frame.numberBytes(), frame.hasKeys())) {
      throw new GradientException(
          "Not gradients of rows of a parameter server: " + memory.byteSize() + " bytes.");
    }
    return frame;
  }

  /** Writes the head. */
  public void writeHeader(
      PushOrigin origin,
      int count,
      int width,
      NumberType numberType,
      long list,
      boolean keysFollow) {
    memory.set(INT, 0, MAGIC);
    memory.set(INT, 4, count);
    memory.set(LONG, 8, origin.worker());
    memory.set(LONG, 16, origin.sequence());
    memory.set(LONG, 24, list);
    memory.set(INT, 32, keysFollow ? 1 : 0);
    memory.set(INT, 36, width);
    memory.set(LONG, 40, origin.endedSteps());
    memory.set(INT, 48, origin.layout());
    memory.set(INT, 52, numberType.bytes());
  }

  int count() {
    return memory.get(INT, 4);
  }

  PushOrigin origin() {
    return new PushOrigin(
        memory.get(LONG, 8), memory.get(LONG, 16), memory.get(LONG, 40), memory.get(INT, 48));
  }

  long list() {
    return memory.get(LONG, 24);
  }

  boolean hasKeys() {
    return memory.get(INT, 32) != 0;
  }

  int width() {
    return memory.get(INT, 36);
  }

  int numberBytes() {
    return memory.get(INT, 52);
  }

  /** The keys, where they follow. */
  public MemorySegment keys() {
    return memory.asSlice(HEADER_BYTES, (long) count() * Long.BYTES);
  }

  /** The numbers, row by row. */
  public MemorySegment numbers() {
    long at = HEADER_BYTES + (hasKeys() ? (long) count() * Long.BYTES : 0);
    return memory.asSlice(at, (long) count() * width() * numberBytes());
  }
}
