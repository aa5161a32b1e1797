package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Output;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Codec of {@code Class} objects, by name. Decoding loads the class but does not initialize it. */
final class ClassCodec extends TypeCodec<Class<?>> {
  private static final Map<String, Class<?>> PRIMITIVES = Stream.of(
          void.class,
          boolean.class,
          byte.class,
          char.class,
          short.class,
          int.class,
          long.class,
          float.class,
          double.class)
      .collect(Collectors.toUnmodifiableMap(Class::getName, Function.identity()));

  @Override
  void write(GraphCodec graph, Output output, Class<?> value) {
    if (value.isHidden()) {
      throw GraphException.of(value, "a hidden class has no name that another process could find");
    }
    if (!value.isPrimitive()) {
      graph.classResolver().requireAllowed(value);
    }
    output.writeString(value.getName());
  }

  @Override
  Class<?> read(GraphCodec graph, SegmentInput input, Class<? extends Class<?>> type) {
    String name = input.readString();
    Class<?> primitive = name == null ? null : PRIMITIVES.get(name);
    return primitive != null ? primitive : graph.classResolver().find(name);
  }
}
