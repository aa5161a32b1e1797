package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Output;

/**
 * A form whose value exists only after its content was read, so that nothing in its content may
 * refer back to it.
 */
abstract class ContentFirstCodec<T> extends TypeCodec<T> {
  /** Writes the content. */
  abstract void writeContent(GraphCodec graph, Output output, T value);

  @Override
  final void write(GraphCodec graph, Output output, T value) {
    int id = graph.references().enterValue();
    writeContent(graph, output, value);
    graph.references().leaveValue(id);
  }
}
