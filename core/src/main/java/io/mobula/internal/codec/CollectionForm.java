package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Output;
import java.util.Collection;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A collection of exactly one class that a constructor and {@code add} rebuild: its size and its
 * elements in order.
 */
final class CollectionForm<C extends Collection<@Nullable Object>> extends Form<C> {
  private final IntFunction<C> maker;

  CollectionForm(IntFunction<C> maker) {
    this.maker = maker;
  }

  @Override
  void write(Graph graph, Output output, C collection) {
    int size = collection.size();
    output.writeVarInt(size, true);
    int i = 0;
    try {
      for (Object element : collection) {
        graph.writeClassAndObject(output, element);
        i++;
      }
    } catch (Throwable thrown) {
      throw Fault.from(thrown).at("[" + i + "]");
    }
    if (i != size) {
      throw Fault.of(collection.getClass(), Advice.CHANGED);
    }
  }

  @Override
  C read(Graph graph, SegmentInput input, Class<? extends C> type) {
    int size = input.readCount(1);
    C collection = maker.apply(size);
    graph.reference(collection);
    for (int i = 0; i < size; i++) {
      collection.add(graph.readClassAndObject(input));
    }
    return collection;
  }
}
