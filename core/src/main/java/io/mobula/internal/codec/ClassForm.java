package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Output;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A class as a value, by name. Loaded, not initialised, when read. */
final class ClassForm extends Form<Class<?>> {
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
  void write(Graph graph, Output output, Class<?> value) {
    if (value.isHidden()) {
      throw Fault.of(value, "a hidden class has no name that another process could find");
    }
    if (!value.isPrimitive()) {
      graph.names().check(value);
    }
    output.writeString(value.getName());
  }

  @Override
  Class<?> read(Graph graph, SegmentInput input, Class<? extends Class<?>> type) {
    String name = input.readString();
    Class<?> primitive = name == null ? null : PRIMITIVES.get(name);
    return primitive != null ? primitive : graph.names().find(name);
  }
}
