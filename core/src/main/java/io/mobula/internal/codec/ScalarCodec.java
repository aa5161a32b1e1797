package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Output;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** Codec of values that contain no other value, given by two functions. */
final class ScalarCodec<T> extends TypeCodec<T> {
  private final BiConsumer<Output, T> writer;
  private final Function<SegmentInput, T> reader;

  ScalarCodec(BiConsumer<Output, T> writer, Function<SegmentInput, T> reader) {
    this.writer = writer;
    this.reader = reader;
  }

  @Override
  void write(GraphCodec graph, Output output, T value) {
    writer.accept(output, value);
  }

  @Override
  T read(GraphCodec graph, SegmentInput input, Class<? extends T> type) {
    return reader.apply(input);
  }
}
