package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Output;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.Map;

/** An entry of a map, taken out of it: read back as an unmodifiable one that belongs to no map. */
final class EntryForm extends LateForm<Map.Entry<?, ?>> {
  @Override
  void writeContent(Graph graph, Output output, Map.Entry<?, ?> entry) {
    try {
      graph.writeClassAndObject(output, entry.getKey());
    } catch (Throwable thrown) {
      throw Fault.from(thrown).at(".key");
    }
    try {
      graph.writeClassAndObject(output, entry.getValue());
    } catch (Throwable thrown) {
      throw Fault.from(thrown).at(".value");
    }
  }

  @Override
  Map.Entry<?, ?> read(Graph graph, SegmentInput input, Class<? extends Map.Entry<?, ?>> type) {
    Object key = graph.readClassAndObject(input);
    Object value = graph.readClassAndObject(input);
    return key == null || value == null
        ? new SimpleImmutableEntry<>(key, value)
        : Map.entry(key, value);
  }
}
