package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Output;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Function;

/**
 * Codec of values whose content is memory: inline in the bytes below the buffer threshold, out of
 * band from the threshold on.
 *
 * <p>A {@code ByteBuffer} is encoded as its remaining bytes, from position to limit, and its byte
 * order. It is decoded as a read-only buffer whose position is zero and whose limit and capacity
 * equal the number of those bytes.
 */
final class BufferCodec<T> extends TypeCodec<T> {
  private static final int INLINE = 0;
  private static final int OUT_OF_BAND = 1;
  private static final long INLINE_MAX = 1L << 30;
  private static final byte[] NO_HEADER = {};

  private final BufferType<T> type;

  BufferCodec(BufferType<T> type) {
    this.type = type;
  }

  static BufferCodec<MemorySegment> ofSegments() {
    return new BufferCodec<>(new BufferType<>(
        MemorySegment.class,
        Function.identity(),
        segment -> NO_HEADER,
        (segment, header) -> segment));
  }

  static BufferCodec<ByteBuffer> ofByteBuffers() {
    return new BufferCodec<>(new BufferType<>(
        ByteBuffer.class,
        MemorySegment::ofBuffer,
        buffer -> new byte[] {(byte) (buffer.order() == ByteOrder.BIG_ENDIAN ? 0 : 1)},
        BufferCodec::byteBuffer));
  }

  private static ByteBuffer byteBuffer(MemorySegment segment, byte[] header) {
    boolean little = header.length == 1 && header[0] == 1;
    return segment.asByteBuffer().order(little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
  }

  @Override
  void write(GraphCodec graph, Output output, T value) {
    byte[] header = type.header().apply(value);
    if (header.length > BufferType.MAX_HEADER) {
      throw GraphException.of(
          value.getClass(),
          "its header has " + header.length + " bytes, at most " + BufferType.MAX_HEADER);
    }
    output.writeVarInt(header.length, true);
    output.writeBytes(header);
    MemorySegment content = type.segment().apply(value);
    if (!content.scope().isAlive() || !content.isAccessibleBy(Thread.currentThread())) {
      throw GraphException.of(
          value.getClass(),
          "its memory is closed, or confined to another thread. Encode it in that thread");
    }
    if (content.byteSize() >= Math.min(graph.options().bufferThreshold(), INLINE_MAX)) {
      output.writeByte(OUT_OF_BAND);
      output.writeVarInt(graph.addBuffer(content, true), true);
      return;
    }
    output.writeByte(INLINE);
    output.writeVarInt((int) content.byteSize(), true);
    output.writeBytes(content.toArray(ValueLayout.JAVA_BYTE));
  }

  @Override
  T read(GraphCodec graph, SegmentInput input, Class<? extends T> ignored) {
    int headerSize = input.readVarInt(true);
    if (headerSize < 0 || headerSize > BufferType.MAX_HEADER) {
      throw GraphException.of(
          type.type(), "the bytes declare a header of " + headerSize + " bytes");
    }
    byte[] header = input.readBytes(headerSize);
    MemorySegment content =
        input.readByte() == OUT_OF_BAND ? graph.buffer(input.readVarInt(true)) : readInline(input);
    return type.builder().rebuild(content, header);
  }

  private static MemorySegment readInline(SegmentInput input) {
    byte[] bytes = input.readBytes(input.readVarInt(true));
    return AlignedMemory.copyOf(MemorySegment.ofArray(bytes));
  }
}
