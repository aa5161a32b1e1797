package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Output;
import java.util.Optional;

/** Codec of {@code Optional}: its value, or null. */
final class OptionalCodec extends ContentFirstCodec<Optional<?>> {
  @Override
  void writeContent(GraphCodec graph, Output output, Optional<?> value) {
    graph.writeClassAndObject(output, value.orElse(null));
  }

  @Override
  Optional<?> read(GraphCodec graph, SegmentInput input, Class<? extends Optional<?>> type) {
    return Optional.ofNullable(graph.readClassAndObject(input));
  }
}
