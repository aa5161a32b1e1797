package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Output;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.Map;

/**
 * Codec of a map entry outside its map. The entry is read back as an unmodifiable entry that
 * belongs to no map.
 */
final class MapEntryCodec extends ContentFirstCodec<Map.Entry<?, ?>> {
  @Override
  void writeContent(GraphCodec graph, Output output, Map.Entry<?, ?> entry) {
    try {
      graph.writeClassAndObject(output, entry.getKey());
    } catch (Throwable thrown) {
      throw GraphException.from(thrown).addStep(".key");
    }
    try {
      graph.writeClassAndObject(output, entry.getValue());
    } catch (Throwable thrown) {
      throw GraphException.from(thrown).addStep(".value");
    }
  }

  @Override
  Map.Entry<?, ?> read(
      GraphCodec graph, SegmentInput input, Class<? extends Map.Entry<?, ?>> type) {
    Object key = graph.readClassAndObject(input);
    Object value = graph.readClassAndObject(input);
    return key == null || value == null
        ? new SimpleImmutableEntry<>(key, value)
        : Map.entry(key, value);
  }
}
