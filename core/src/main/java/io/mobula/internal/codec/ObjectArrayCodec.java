package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Output;
import java.lang.reflect.Array;
import org.jspecify.annotations.Nullable;

/**
 * Codec of arrays of references, of any rank. An array of strings needs no class for each element.
 */
final class ObjectArrayCodec extends TypeCodec<@Nullable Object[]> {
  private final Class<?> component;
  private final boolean strings;

  ObjectArrayCodec(Class<?> type) {
    component = type.getComponentType();
    strings = component == String.class;
  }

  @Override
  void write(GraphCodec graph, Output output, @Nullable Object[] array) {
    output.writeVarInt(array.length, true);
    int i = 0;
    try {
      for (; i < array.length; i++) {
        if (strings) {
          output.writeString((String) array[i]);
        } else {
          graph.writeClassAndObject(output, array[i]);
        }
      }
    } catch (Throwable thrown) {
      throw GraphException.from(thrown).addStep("[" + i + "]");
    }
  }

  @Override
  @Nullable
  Object[] read(GraphCodec graph, SegmentInput input, Class<? extends @Nullable Object[]> type) {
    Object[] array = (Object[]) Array.newInstance(component, input.readCount(1));
    graph.reference(array);
    for (int i = 0; i < array.length; i++) {
      array[i] = strings ? input.readString() : graph.readClassAndObject(input);
    }
    return array;
  }
}
