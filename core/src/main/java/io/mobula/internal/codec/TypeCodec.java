package io.mobula.internal.codec;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;

/**
 * How values of one class, or of one family of classes, are written and read.
 *
 * <p>Stateless once made and shared by all graphs of a codec. A form that makes its value before
 * reading its content calls {@code graph.reference(value)} as soon as it exists; all others are
 * late and extend {@link ContentFirstCodec}.
 */
abstract class TypeCodec<T> extends Serializer<T> {
  /** Writes the value's content; its class and identity are written already. */
  abstract void write(GraphCodec graph, Output output, T value);

  /** Reads what {@link #write} wrote, into an instance of {@code type}. */
  abstract T read(GraphCodec graph, SegmentInput input, Class<? extends T> type);

  /** A hash of what both sides must agree on, such as names and types of fields. */
  int layoutHash() {
    return 0;
  }

  @Override
  public final void write(Kryo kryo, Output output, T value) {
    write((GraphCodec) kryo, output, value);
  }

  @Override
  public final T read(Kryo kryo, Input input, Class<? extends T> type) {
    return read((GraphCodec) kryo, (SegmentInput) input, type);
  }
}
