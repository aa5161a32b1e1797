package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Output;

/** Codec of values of external types: writes only the value's index in the list of externals. */
final class ExternalValueCodec extends TypeCodec<Object> {
  @Override
  void write(GraphCodec graph, Output output, Object value) {
    output.writeVarInt(graph.addExternal(value), true);
  }

  @Override
  Object read(GraphCodec graph, SegmentInput input, Class<?> type) {
    return graph.external(input.readVarInt(true));
  }
}
