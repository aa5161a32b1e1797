package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Output;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's immutable collections ({@code List.of}, {@code Set.of}, {@code Map.of},
 * {@code Stream.toList}).
 */
final class ImmutableForms {
  private static final Class<?> LIST = List.of().getClass();
  private static final Class<?> SET = Set.of().getClass();
  private static final Class<?> MAP = Map.of().getClass();
  private static final Class<?> NEST = LIST.getNestHost();

  private ImmutableForms() {}

  static void addTo(List<Known> table) {
    table.add(Known.exact(LIST, new ListForm()));
    table.add(Known.exact(SET, new SetForm()));
    table.add(Known.exact(MAP, new MapOfForm()));
  }

  /** The class that stands for this one, if it is one of theirs. */
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

  private static void writeElements(Graph graph, Output output, Collection<?> elements) {
    output.writeVarInt(elements.size(), true);
    int i = 0;
    try {
      for (Object element : elements) {
        graph.writeClassAndObject(output, element);
        i++;
      }
    } catch (Throwable thrown) {
      throw Fault.from(thrown).at("[" + i + "]");
    }
  }

  private static @Nullable Object[] readElements(Graph graph, SegmentInput input) {
    Object[] elements = new Object[input.readCount(1)];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = graph.readClassAndObject(input);
    }
    return elements;
  }

  private static final class ListForm extends LateForm<List<?>> {
    @Override
    void writeContent(Graph graph, Output output, List<?> list) {
      writeElements(graph, output, list);
    }

    @Override
    List<?> read(Graph graph, SegmentInput input, Class<? extends List<?>> type) {
      @Nullable Object[] elements = readElements(graph, input);
      for (Object element : elements) {
        if (element == null) {
          return Stream.of(elements).toList();
        }
      }
      return List.of(elements);
    }
  }

  private static final class SetForm extends LateForm<Set<?>> {
    @Override
    void writeContent(Graph graph, Output output, Set<?> set) {
      writeElements(graph, output, set);
    }

    @Override
    Set<?> read(Graph graph, SegmentInput input, Class<? extends Set<?>> type) {
      return Set.of(readElements(graph, input));
    }
  }

  private static final class MapOfForm extends LateForm<Map<?, ?>> {
    @Override
    void writeContent(Graph graph, Output output, Map<?, ?> map) {
      MapForm.writeEntries(graph, output, map.entrySet());
    }

    @Override
    Map<?, ?> read(Graph graph, SegmentInput input, Class<? extends Map<?, ?>> type) {
      Map.Entry<?, ?>[] entries = new Map.Entry<?, ?>[input.readCount(2)];
      for (int i = 0; i < entries.length; i++) {
        entries[i] = Map.entry(graph.readPresent(input), graph.readPresent(input));
      }
      return Map.ofEntries(entries);
    }
  }
}
