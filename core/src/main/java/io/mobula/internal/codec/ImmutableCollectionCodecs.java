package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Output;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Codecs of the JDK's immutable collections ({@code List.of}, {@code Set.of}, {@code Map.of},
 * {@code Stream.toList}).
 */
final class ImmutableCollectionCodecs {
  private static final Class<?> LIST = List.of().getClass();
  private static final Class<?> SET = Set.of().getClass();
  private static final Class<?> MAP = Map.of().getClass();
  private static final Class<?> NEST = LIST.getNestHost();

  private ImmutableCollectionCodecs() {}

  static void addTo(List<RegisteredClass> table) {
    table.add(RegisteredClass.exact(LIST, new ImmutableListCodec()));
    table.add(RegisteredClass.exact(SET, new ImmutableSetCodec()));
    table.add(RegisteredClass.exact(MAP, new ImmutableMapCodec()));
  }

  /**
   * Returns the class under whose number this class is written, or null if it is not one of these
   * collections.
   */
  static @Nullable Class<?> markerOf(Class<?> type) {
    if (type.getNestHost() != NEST) {
      return null;
    }
    if (List.class.isAssignableFrom(type)) {
      return LIST;
    }
    if (Set.class.isAssignableFrom(type)) {
      return SET;
    }
    return Map.class.isAssignableFrom(type) ? MAP : null;
  }

  private static void writeElements(GraphCodec graph, Output output, Collection<?> elements) {
    output.writeVarInt(elements.size(), true);
    int i = 0;
    try {
      for (Object element : elements) {
        graph.writeClassAndObject(output, element);
        i++;
      }
    } catch (Throwable thrown) {
      throw GraphException.from(thrown).addStep("[" + i + "]");
    }
  }

  private static @Nullable Object[] readElements(GraphCodec graph, SegmentInput input) {
    Object[] elements = new Object[input.readCount(1)];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = graph.readClassAndObject(input);
    }
    return elements;
  }

  private static final class ImmutableListCodec extends ContentFirstCodec<List<?>> {
    @Override
    void writeContent(GraphCodec graph, Output output, List<?> list) {
      writeElements(graph, output, list);
    }

    @Override
    List<?> read(GraphCodec graph, SegmentInput input, Class<? extends List<?>> type) {
      @Nullable Object[] elements = readElements(graph, input);
      for (Object element : elements) {
        if (element == null) {
          return Stream.of(elements).toList();
        }
      }
      return List.of(elements);
    }
  }

  private static final class ImmutableSetCodec extends ContentFirstCodec<Set<?>> {
    @Override
    void writeContent(GraphCodec graph, Output output, Set<?> set) {
      writeElements(graph, output, set);
    }

    @Override
    Set<?> read(GraphCodec graph, SegmentInput input, Class<? extends Set<?>> type) {
      return Set.of(readElements(graph, input));
    }
  }

  private static final class ImmutableMapCodec extends ContentFirstCodec<Map<?, ?>> {
    @Override
    void writeContent(GraphCodec graph, Output output, Map<?, ?> map) {
      MapCodec.writeEntries(graph, output, map.entrySet());
    }

    @Override
    Map<?, ?> read(GraphCodec graph, SegmentInput input, Class<? extends Map<?, ?>> type) {
      Map.Entry<?, ?>[] entries = new Map.Entry<?, ?>[input.readCount(2)];
      for (int i = 0; i < entries.length; i++) {
        entries[i] = Map.entry(graph.readNonNull(input), graph.readNonNull(input));
      }
      return Map.ofEntries(entries);
    }
  }
}
