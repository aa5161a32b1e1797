package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Output;

/** Codec of a bare {@code new Object()}, as used for locks: nothing but its identity is kept. */
final class PlainObjectCodec extends TypeCodec<Object> {
  @Override
  void write(GraphCodec graph, Output output, Object value) {}

  @Override
  Object read(GraphCodec graph, SegmentInput input, Class<?> type) {
    return new Object();
  }
}
