package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Output;
import java.util.Collection;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Codec of one exact collection class that a constructor and {@code add} rebuild. Writes the size
 * and the elements in order.
 */
final class CollectionCodec<C extends Collection<@Nullable Object>> extends TypeCodec<C> {
  private final IntFunction<C> maker;

  CollectionCodec(IntFunction<C> maker) {
    this.maker = maker;
  }

  @Override
  void write(GraphCodec graph, Output output, C collection) {
    int size = collection.size();
    output.writeVarInt(size, true);
    int i = 0;
    try {
      for (Object element : collection) {
        graph.writeClassAndObject(output, element);
        i++;
      }
    } catch (Throwable thrown) {
      throw GraphException.from(thrown).addStep("[" + i + "]");
    }
    if (i != size) {
      throw GraphException.of(collection.getClass(), ErrorHints.CHANGED);
    }
  }

  @Override
  C read(GraphCodec graph, SegmentInput input, Class<? extends C> type) {
    int size = input.readCount(1);
    C collection = maker.apply(size);
    graph.reference(collection);
    for (int i = 0; i < size; i++) {
      collection.add(graph.readClassAndObject(input));
    }
    return collection;
  }
}
