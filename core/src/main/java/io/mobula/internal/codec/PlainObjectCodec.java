package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Output;

/** A bare {@code new Object()}, as is used for locks: nothing but its identity. */
final class PlainObjectCodec extends TypeCodec<Object> {
  @Override
  void write(GraphCodec graph, Output output, Object value) {}

  @Override
  Object read(GraphCodec graph, SegmentInput input, Class<?> type) {
    return new Object();
  }
}
