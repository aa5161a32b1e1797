package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Output;

/**
 * A form whose value exists only after its content was read, so that nothing in its content may
 * refer back to it.
 */
abstract class LateForm<T> extends Form<T> {
  /** Writes the content. */
  abstract void writeContent(Graph graph, Output output, T value);

  @Override
  final void write(Graph graph, Output output, T value) {
    int id = graph.references().open();
    writeContent(graph, output, value);
    graph.references().close(id);
  }
}
