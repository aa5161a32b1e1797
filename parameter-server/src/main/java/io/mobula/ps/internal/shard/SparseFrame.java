package io.mobula.ps.internal.shard;

import io.mobula.ps.error.GradientException;
import io.mobula.ps.internal.kernel.NumberType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Message with gradients of rows to a sparse shard: a header of 64 bytes, then the keys, if they
 * are sent, then the numbers. In native byte order, as both sides run on the same architecture.
 *
 * <table>
 * <caption>The header</caption>
 * <tr><th>offset, type</th><th>content</th></tr>
 * <tr><td>0, int</td><td>{@value #MAGIC}</td></tr>
 * <tr><td>4, int</td><td>count of keys</td></tr>
 * <tr><td>8, long</td><td>worker number</td></tr>
 * <tr><td>16, long</td><td>sequence number of the push</td></tr>
 * <tr><td>24, long</td><td>hash of the key list; 0 if it is not to be remembered</td></tr>
 * <tr><td>32, int</td><td>1 if the keys follow, 0 if the shard should know the list</td></tr>
 * <tr><td>36, int</td><td>count of numbers in a row</td></tr>
 * <tr><td>40, long</td><td>number of steps that the worker has ended</td></tr>
 * <tr><td>48, int</td><td>layout version known to the worker</td></tr>
 * <tr><td>52, int</td><td>bytes of a number</td></tr>
 * </table>
 *
 * @param memory header, keys and numbers
 */
public record SparseFrame(MemorySegment memory) {
  private static final int MAGIC = 0x5350524D; // "MRPS"
  private static final int HEADER_BYTES = 64;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  /** Returns the size in bytes of a frame. */
  public static long sizeOf(long keys, int width, NumberType numberType, boolean sent) {
    return sizeOf(keys, width, numberType.bytes(), sent);
  }

  private static long sizeOf(long keys, int width, int numberBytes, boolean sent) {
    return HEADER_BYTES + (sent ? keys * Long.BYTES : 0) + keys * width * numberBytes;
  }

  /** Reads a frame that another process may have written; checks its size and magic number. */
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

  /** Writes the header of a push. */
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

  /** Returns the keys; only for a frame that contains them. */
  public MemorySegment keys() {
    return memory.asSlice(HEADER_BYTES, (long) count() * Long.BYTES);
  }

  /** Returns the numbers, row by row. */
  public MemorySegment numbers() {
    long at = HEADER_BYTES + (hasKeys() ? (long) count() * Long.BYTES : 0);
    return memory.asSlice(at, (long) count() * width() * numberBytes());
  }
}
