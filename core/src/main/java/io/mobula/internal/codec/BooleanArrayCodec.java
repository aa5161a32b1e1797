package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Output;

/** Codec of {@code boolean[]}, one byte for each element. */
final class BooleanArrayCodec extends TypeCodec<boolean[]> {
  @Override
  void write(GraphCodec graph, Output output, boolean[] array) {
    output.writeVarInt(array.length, true);
    output.writeBooleans(array, 0, array.length);
  }

  @Override
  boolean[] read(GraphCodec graph, SegmentInput input, Class<? extends boolean[]> type) {
    return input.readBooleans(input.readCount(1));
  }
}
