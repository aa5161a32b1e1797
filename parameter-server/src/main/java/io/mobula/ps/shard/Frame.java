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
 * </table>
 *
 * @param memory all of it
 */
public record Frame(MemorySegment memory) {
  /** How many bytes stand before the numbers. */
  public static final int HEAD = 64;

  private static final int MAGIC = 0x5350424D; // "MBPS"
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** One that somebody else has written. */
  public static Frame read(MemorySegment memory) {
    if (memory.byteSize() < HEAD || memory.get(INT, 0) != MAGIC) {
      throw new IllegalArgumentException(
          "Not a frame of a parameter server: " + memory.byteSize() + " bytes.");
    }
    return new Frame(memory);
  }

  /** One in an array. */
  public static Frame read(byte[] bytes) {
    return read(MemorySegment.ofArray(bytes));
  }

  /** Writes the head of a push. */
  public void push(long worker, long sequence, int from, int count, double scale) {
    head(worker, sequence, from, count, scale, false);
  }

  /** Writes the head of a push whose numbers are compressed. */
  public void compressedPush(long worker, long sequence, int from, int count, double scale) {
    head(worker, sequence, from, count, scale, true);
  }

  /** Writes the head of an answer. */
  void answer(long updates, long slowest, int count) {
    head(updates, slowest, 0, count, 1, false);
  }

  private void head(
      long first, long second, int from, int count, double scale, boolean compressed) {
    memory.set(INT, 0, MAGIC);
    memory.set(INT, 4, compressed ? 1 : 0);
    memory.set(LONG, 8, first);
    memory.set(LONG, 16, second);
    memory.set(INT, 24, from);
    memory.set(INT, 28, count);
    memory.set(DOUBLE, 32, scale);
  }

  boolean isCompressed() {
    return memory.get(INT, 4) != 0;
  }

  long worker() {
    return memory.get(LONG, 8);
  }

  long sequence() {
    return memory.get(LONG, 16);
  }

  int from() {
    return memory.get(INT, 24);
  }

  /** How many numbers it is about. */
  public int count() {
    return memory.get(INT, 28);
  }

  double scale() {
    return memory.get(DOUBLE, 32);
  }

  /** How many updates the answer's weights have had. */
  public long updates() {
    return memory.get(LONG, 8);
  }

  /** The numbers. */
  public MemorySegment numbers() {
    return memory.asSlice(HEAD);
  }
}
