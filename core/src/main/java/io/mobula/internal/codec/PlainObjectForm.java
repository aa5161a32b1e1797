package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Output;

/** A bare {@code new Object()}, as is used for locks: nothing but its identity. */
final class PlainObjectForm extends Form<Object> {
  @Override
  void write(Graph graph, Output output, Object value) {}

  @Override
  Object read(Graph graph, SegmentInput input, Class<?> type) {
    return new Object();
  }
}
