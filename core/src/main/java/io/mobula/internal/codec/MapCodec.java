package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Output;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Codec of one exact map class that a constructor and {@code put} rebuild. Writes the size, then
 * key and value alternately.
 */
final class MapCodec<M extends Map<@Nullable Object, @Nullable Object>> extends TypeCodec<M> {
  private final IntFunction<M> maker;

  MapCodec(IntFunction<M> maker) {
    this.maker = maker;
  }

  @Override
  void write(GraphCodec graph, Output output, M map) {
    writeEntries(
        graph,
        output,
        map instanceof ConcurrentMap<?, ?> shared ? snapshot(shared) : map.entrySet());
  }

  /** Copies a map that other threads may change, so that size and entries agree. */
  private static List<Map.Entry<?, ?>> snapshot(Map<?, ?> shared) {
    List<Map.Entry<?, ?>> entries = new ArrayList<>(shared.size());
    shared.forEach((key, value) -> entries.add(new SimpleImmutableEntry<>(key, value)));
    return entries;
  }

  /** Writes the number of entries and the entries. */
  static void writeEntries(
      GraphCodec graph, Output output, Collection<? extends Map.Entry<?, ?>> entries) {
    int size = entries.size();
    output.writeVarInt(size, true);
    int i = 0;
    for (Map.Entry<?, ?> entry : entries) {
      writePair(graph, output, entry, i++);
    }
    if (i != size) {
      throw GraphException.of(Map.class, ErrorHints.CHANGED);
    }
  }

  private static void writePair(GraphCodec graph, Output output, Map.Entry<?, ?> entry, int i) {
    Object key = entry.getKey();
    try {
      graph.writeClassAndObject(output, key);
    } catch (Throwable thrown) {
      throw GraphException.from(thrown).addStep(".key[" + i + "]");
    }
    try {
      graph.writeClassAndObject(output, entry.getValue());
    } catch (Throwable thrown) {
      throw GraphException.from(thrown).addStep(stepTo(key, i));
    }
  }

  /**
   * Names the step of the path to a value: by its key if the key has a short text, else by its
   * position.
   */
  static String stepTo(@Nullable Object key, int position) {
    return switch (key) {
      case String text when text.length() <= 40 -> "[\"" + text + "\"]";
      case Integer number -> "[" + number + "]";
      case Long number -> "[" + number + "]";
      case Enum<?> constant -> "[" + constant.name() + "]";
      case null, default -> ".value[" + position + "]";
    };
  }

  @Override
  M read(GraphCodec graph, SegmentInput input, Class<? extends M> type) {
    int size = input.readCount(2);
    M map = maker.apply(size);
    graph.reference(map);
    for (int i = 0; i < size; i++) {
      Object key = graph.readClassAndObject(input);
      map.put(key, graph.readClassAndObject(input));
    }
    return map;
  }
}
