package io.mobula.internal.codec;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;

/**
 * Writer and reader of the values of one class, or of one family of classes.
 *
 * <p>A type codec is stateless and shared by all graph codecs of a {@link Codec}. A type codec that
 * makes its value before reading the content calls {@code graph.reference(value)} as soon as the
 * value exists; all others extend {@link ContentFirstCodec}.
 */
abstract class TypeCodec<T> extends Serializer<T> {
  /** Writes the value's content; its class and identity are written already. */
  abstract void write(GraphCodec graph, Output output, T value);

  /** Reads the result of {@link #write} into an instance of {@code type}. */
  abstract T read(GraphCodec graph, SegmentInput input, Class<? extends T> type);

  /**
   * Returns a hash of everything that both sides must agree on, such as names and types of fields.
   */
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
