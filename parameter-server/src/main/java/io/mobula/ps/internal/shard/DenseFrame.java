package io.mobula.ps.internal.shard;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Message between a worker and a dense shard: a header of 64 bytes, then numbers. Little endian,
 * and with the same layout in store memory and in arrays, so that large frames are neither copied
 * nor decoded.
 *
 * <table>
 * <caption>The header</caption>
 * <tr><th>offset, type</th><th>in a push</th><th>in a pull's reply</th></tr>
 * <tr><td>0, int</td><td>{@value #MAGIC}</td><td>{@value #MAGIC}</td></tr>
 * <tr><td>4, int</td><td>1 if the numbers are compressed, else 0</td><td>0</td></tr>
 * <tr><td>8, long</td><td>worker number</td><td>number of applied updates</td></tr>
 * <tr><td>16, long</td><td>sequence number of the push</td><td>slowest worker's clock</td></tr>
 * <tr><td>24, int</td><td>index of the first number in the shard's range</td><td>0</td></tr>
 * <tr><td>28, int</td><td>count of numbers</td><td>count of numbers</td></tr>
 * <tr><td>32, double</td><td>scale factor of all numbers</td><td>1</td></tr>
 * <tr><td>40, long</td><td>number of steps that the worker has ended</td><td>0</td></tr>
 * <tr><td>48, int</td><td>layout version known to the worker</td><td>0</td></tr>
 * </table>
 *
 * @param memory header and numbers
 */
public record DenseFrame(MemorySegment memory) {
  /** Number of bytes before the numbers. */
  public static final int HEADER_BYTES = 64;

  private static final int MAGIC = 0x5350424D; // "MBPS"
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Reads a frame that another process may have written; checks that it has a header. */
  public static DenseFrame read(MemorySegment memory) {
    if (memory.byteSize() < HEADER_BYTES || memory.get(INT, 0) != MAGIC) {
      throw new IllegalArgumentException(
          "Not a frame of a parameter server: " + memory.byteSize() + " bytes.");
    }
    return new DenseFrame(memory);
  }

  /** Reads a frame from an array. */
  public static DenseFrame read(byte[] bytes) {
    return read(MemorySegment.ofArray(bytes));
  }

  /** Writes the header of a push. */
  public void writePushHeader(
      PushOrigin origin, int from, int count, double scale, boolean compressed) {
    writeHeader(origin.worker(), origin.sequence(), from, count, scale, compressed);
    memory.set(LONG, 40, origin.endedSteps());
    memory.set(INT, 48, origin.layout());
  }

  /** Writes the header of a reply. */
  void writeReplyHeader(long updates, long slowest, int count) {
    writeHeader(updates, slowest, 0, count, 1, false);
  }

  private void writeHeader(
      long first, long second, int from, int count, double scale, boolean compressed) {
    memory.set(INT, 0, MAGIC);
    memory.set(INT, 4, compressed ? 1 : 0);
    memory.set(LONG, 8, first);
    memory.set(LONG, 16, second);
    memory.set(INT, 24, from);
    memory.set(INT, 28, count);
    memory.set(DOUBLE, 32, scale);
  }

  /** Returns whether the numbers are compressed. */
  public boolean isCompressed() {
    return memory.get(INT, 4) != 0;
  }

  PushOrigin origin() {
    return new PushOrigin(
        memory.get(LONG, 8), memory.get(LONG, 16), memory.get(LONG, 40), memory.get(INT, 48));
  }

  /** Returns the index of the first number in the shard's range. */
  public int from() {
    return memory.get(INT, 24);
  }

  /** Returns the count of numbers, before compression. */
  public int count() {
    return memory.get(INT, 28);
  }

  /** Returns the factor by which each number is multiplied. */
  public double scale() {
    return memory.get(DOUBLE, 32);
  }

  /** Returns how many updates the weights of a reply have had. */
  public long updates() {
    return memory.get(LONG, 8);
  }

  /** Returns the numbers after the header. */
  public MemorySegment numbers() {
    return memory.asSlice(HEADER_BYTES);
  }
}
