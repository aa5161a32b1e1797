package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Output;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * Codec of an array of numbers or characters, as memory in little-endian order.
 *
 * <p>From the buffer threshold on, the content travels out of band: encoding copies nothing, and
 * decoding copies once, at memory speed, into the new array. (A Java array cannot be backed by a
 * mapping.)
 */
final class PrimitiveArrayCodec<A> extends TypeCodec<A> {
  private static final int INLINE = 0;
  private static final int OUT_OF_BAND = 1;
  private static final long INLINE_MAX = 1L << 30;

  private final int elementSize;
  private final Function<A, MemorySegment> memory;
  private final IntFunction<A> maker;

  private PrimitiveArrayCodec(
      int elementSize, Function<A, MemorySegment> memory, IntFunction<A> maker) {
    this.elementSize = elementSize;
    this.memory = memory;
    this.maker = maker;
  }

  static void addTo(List<RegisteredClass> table) {
    table.add(RegisteredClass.exact(
        byte[].class, new PrimitiveArrayCodec<>(1, MemorySegment::ofArray, byte[]::new)));
    table.add(RegisteredClass.exact(
        char[].class, new PrimitiveArrayCodec<>(2, MemorySegment::ofArray, char[]::new)));
    table.add(RegisteredClass.exact(
        short[].class, new PrimitiveArrayCodec<>(2, MemorySegment::ofArray, short[]::new)));
    table.add(RegisteredClass.exact(
        int[].class, new PrimitiveArrayCodec<>(4, MemorySegment::ofArray, int[]::new)));
    table.add(RegisteredClass.exact(
        long[].class, new PrimitiveArrayCodec<>(8, MemorySegment::ofArray, long[]::new)));
    table.add(RegisteredClass.exact(
        float[].class, new PrimitiveArrayCodec<>(4, MemorySegment::ofArray, float[]::new)));
    table.add(RegisteredClass.exact(
        double[].class, new PrimitiveArrayCodec<>(8, MemorySegment::ofArray, double[]::new)));
    table.add(RegisteredClass.exact(boolean[].class, new BooleanArrayCodec()));
  }

  @Override
  void write(GraphCodec graph, Output output, A array) {
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
  A read(GraphCodec graph, SegmentInput input, Class<? extends A> type) {
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
      throw GraphException.of(
          type,
          "its buffer has " + bytes + " bytes, which make no array of elements of " + elementSize);
    }
    return (int) count;
  }
}
