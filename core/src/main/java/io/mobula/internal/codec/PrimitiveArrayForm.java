package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Output;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * An array of numbers or characters, as memory in little-endian order.
 *
 * <p>From the buffer threshold on it travels out of band: encoding copies nothing, and decoding
 * copies once, at the speed of memory, into the new array. (A Java array cannot be backed by a
 * mapping.)
 */
final class PrimitiveArrayForm<A> extends Form<A> {
  private static final int INLINE = 0;
  private static final int OUT_OF_BAND = 1;
  private static final long INLINE_MAX = 1L << 30;

  private final int elementSize;
  private final Function<A, MemorySegment> memory;
  private final IntFunction<A> maker;

  private PrimitiveArrayForm(
      int elementSize, Function<A, MemorySegment> memory, IntFunction<A> maker) {
    this.elementSize = elementSize;
    this.memory = memory;
    this.maker = maker;
  }

  static void addTo(List<Known> table) {
    table.add(Known.exact(
        byte[].class, new PrimitiveArrayForm<>(1, MemorySegment::ofArray, byte[]::new)));
    table.add(Known.exact(
        char[].class, new PrimitiveArrayForm<>(2, MemorySegment::ofArray, char[]::new)));
    table.add(Known.exact(
        short[].class, new PrimitiveArrayForm<>(2, MemorySegment::ofArray, short[]::new)));
    table.add(
        Known.exact(int[].class, new PrimitiveArrayForm<>(4, MemorySegment::ofArray, int[]::new)));
    table.add(Known.exact(
        long[].class, new PrimitiveArrayForm<>(8, MemorySegment::ofArray, long[]::new)));
    table.add(Known.exact(
        float[].class, new PrimitiveArrayForm<>(4, MemorySegment::ofArray, float[]::new)));
    table.add(Known.exact(
        double[].class, new PrimitiveArrayForm<>(8, MemorySegment::ofArray, double[]::new)));
    table.add(Known.exact(boolean[].class, new BooleanArrayForm()));
  }

  @Override
  void write(Graph graph, Output output, A array) {
    MemorySegment content = memory.apply(array);
    long size = content.byteSize();
    if (size > 0 && size >= Math.min(graph.options().bufferThreshold(), INLINE_MAX)) {
      output.writeByte(OUT_OF_BAND);
      output.writeVarInt(graph.addBuffer(content, false), true);
      return;
    }
    output.writeByte(INLINE);
    output.writeVarInt((int) (size / elementSize), true);
    output.writeBytes(content.toArray(ValueLayout.JAVA_BYTE));
  }

  @Override
  A read(Graph graph, SegmentInput input, Class<? extends A> type) {
    if (input.readByte() == OUT_OF_BAND) {
      MemorySegment content = graph.bufferToCopy(input.readVarInt(true));
      A array = maker.apply(elements(content.byteSize(), type));
      memory.apply(array).copyFrom(content);
      return array;
    }
    int count = input.readCount(elementSize);
    byte[] content = input.readBytes(Math.multiplyExact(count, elementSize));
    A array = maker.apply(count);
    memory.apply(array).copyFrom(MemorySegment.ofArray(content));
    return array;
  }

  private int elements(long bytes, Class<?> type) {
    long count = bytes / elementSize;
    if (bytes % elementSize != 0 || count > Integer.MAX_VALUE - 8) {
      throw Fault.of(
          type,
          "its buffer has " + bytes + " bytes, which make no array of elements of " + elementSize);
    }
    return (int) count;
  }
}
