package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Output;

/**
 * Codec of values that are constructed only after their content was read, so that nothing in the
 * content may refer back to the value.
 */
abstract class ContentFirstCodec<T> extends TypeCodec<T> {
  /** Writes the value's content, without its class and identity. */
  abstract void writeContent(GraphCodec graph, Output output, T value);

  @Override
  final void write(GraphCodec graph, Output output, T value) {
    int id = graph.references().enterValue();
    writeContent(graph, output, value);
    graph.references().leaveValue(id);
  }
}
