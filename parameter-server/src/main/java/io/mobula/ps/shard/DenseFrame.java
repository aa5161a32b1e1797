package io.mobula.ps.shard;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * What travels between a worker and a shard: 64 bytes that say what it is, then numbers. Little
 * endian, and the same whether it lies in store memory or in an array, so that what is large is
 * neither copied nor decoded.
 *
 * <table>
 * <caption>The bytes</caption>
 * <tr><th>at</th><th>of a push</th><th>of a pull's answer</th></tr>
 * <tr><td>0, int</td><td>{@value #MAGIC}</td><td>the same</td></tr>
 * <tr><td>4, int</td><td>1 if the numbers are compressed, else 0</td><td>0</td></tr>
 * <tr><td>8, long</td><td>the worker</td><td>how many updates were applied</td></tr>
 * <tr><td>16, long</td><td>its how manieth push to this shard</td><td>the slowest worker's clock</td></tr>
 * <tr><td>24, int</td><td>the first number's index in the shard's range</td><td>0</td></tr>
 * <tr><td>28, int</td><td>how many numbers</td><td>the same</td></tr>
 * <tr><td>32, double</td><td>what each is multiplied by</td><td>1</td></tr>
 * <tr><td>40, long</td><td>how many steps the worker had ended</td><td>0</td></tr>
 * <tr><td>48, int</td><td>the layout that the worker knows</td><td>0</td></tr>
 * </table>
 *
 * @param memory all of it
 */
public record DenseFrame(MemorySegment memory) {
  /** How many bytes stand before the numbers. */
  public static final int HEADER_BYTES = 64;

  private static final int MAGIC = 0x5350424D; // "MBPS"
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** One that somebody else has written. */
  public static DenseFrame read(MemorySegment memory) {
    if (memory.byteSize() < HEADER_BYTES || memory.get(INT, 0) != MAGIC) {
      throw new IllegalArgumentException(
          "Not a frame of a parameter server: " + memory.byteSize() + " bytes.");
    }
    return new DenseFrame(memory);
  }

  /** One in an array. */
  public static DenseFrame read(byte[] bytes) {
    return read(MemorySegment.ofArray(bytes));
  }

  /** Writes the head of a push. */
  public void writePushHeader(
      PushOrigin origin, int from, int count, double scale, boolean compressed) {
    writeHeader(origin.worker(), origin.sequence(), from, count, scale, compressed);
    memory.set(LONG, 40, origin.endedSteps());
    memory.set(INT, 48, origin.layout());
  }

  /** Writes the head of an answer. */
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

  /** Whether the numbers are compressed. */
  public boolean isCompressed() {
    return memory.get(INT, 4) != 0;
  }

  PushOrigin origin() {
    return new PushOrigin(
        memory.get(LONG, 8), memory.get(LONG, 16), memory.get(LONG, 40), memory.get(INT, 48));
  }

  /** The first number's index in the shard's range. */
  public int from() {
    return memory.get(INT, 24);
  }

  /** How many numbers it is about. */
  public int count() {
    return memory.get(INT, 28);
  }

  /** What each number is multiplied by. */
  public double scale() {
    return memory.get(DOUBLE, 32);
  }

  /** How many updates the answer's weights have had. */
  public long updates() {
    return memory.get(LONG, 8);
  }

  /** The numbers. */
  public MemorySegment numbers() {
    return memory.asSlice(HEADER_BYTES);
  }
}
