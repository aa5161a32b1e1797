package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Output;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Codec of a user's class by its fields, of any access, superclasses first; transient and static
 * fields are left out.
 *
 * <p>Instances are made without running a constructor of the class. The constructor of the nearest
 * JDK superclass runs if it is callable. The class need not be {@code Serializable}.
 */
final class FieldsCodec<T> extends TypeCodec<T> {
  private final FieldAccessor[] fields;
  private final Constructor<?> maker;
  private final int layout;

  private FieldsCodec(FieldAccessor[] fields, Constructor<?> maker) {
    this.fields = fields;
    this.maker = maker;
    int hash = 1;
    for (FieldAccessor field : fields) {
      hash = 31 * hash + field.layoutHash();
    }
    this.layout = hash;
  }

  static FieldsCodec<?> of(Class<?> type) {
    List<FieldAccessor> slots = new ArrayList<>();
    Class<?> opaque = addSlots(type, slots);
    return new FieldsCodec<>(
        slots.toArray(FieldAccessor[]::new),
        JdkSerialization.constructor(type, baseConstructor(opaque)));
  }

  /**
   * Adds the fields of the open part of the hierarchy and returns the first class beyond that part.
   */
  private static Class<?> addSlots(Class<?> type, List<FieldAccessor> fields) {
    if (type == Object.class || !isOpen(type)) { // a program may open java.lang
      return type;
    }
    Class<?> opaque = addSlots(type.getSuperclass(), fields);
    Arrays.stream(type.getDeclaredFields())
        .filter(FieldsCodec::isState)
        .sorted(Comparator.comparing(Field::getName))
        .map(FieldAccessor::new)
        .forEach(fields::add);
    return opaque;
  }

  /**
   * Returns the class of the hierarchy whose state cannot be read, or null if there is none. A
   * closed superclass without instance fields does not count.
   */
  static @Nullable Class<?> closedPart(Class<?> type) {
    for (Class<?> each = type; each != null; each = each.getSuperclass()) {
      boolean closed = !isOpen(each);
      if (closed
          && (each == type
              || Arrays.stream(each.getDeclaredFields()).anyMatch(FieldsCodec::isState))) {
        return each;
      }
    }
    return null;
  }

  private static boolean isOpen(Class<?> type) {
    return type.getModule().isOpen(type.getPackageName(), FieldsCodec.class.getModule());
  }

  private static boolean isState(Field field) {
    return (field.getModifiers() & (Modifier.STATIC | Modifier.TRANSIENT)) == 0;
  }

  private static Constructor<?> baseConstructor(Class<?> opaque) {
    try {
      Constructor<?> own = opaque.getDeclaredConstructor();
      boolean callable = (own.getModifiers() & (Modifier.PUBLIC | Modifier.PROTECTED)) != 0;
      return callable ? own : Object.class.getConstructor();
    } catch (NoSuchMethodException none) {
      return objectConstructor();
    }
  }

  private static Constructor<?> objectConstructor() {
    try {
      return Object.class.getConstructor();
    } catch (NoSuchMethodException impossible) {
      throw new AssertionError(impossible);
    }
  }

  @Override
  int layoutHash() {
    return layout;
  }

  @Override
  void write(GraphCodec graph, Output output, T value) {
    for (FieldAccessor field : fields) {
      field.write(graph, output, value);
    }
  }

  @Override
  T read(GraphCodec graph, SegmentInput input, Class<? extends T> type) {
    T value = make(type);
    graph.reference(value);
    for (FieldAccessor field : fields) {
      field.read(graph, input, value);
    }
    return value;
  }

  private T make(Class<? extends T> type) {
    try {
      return type.cast(maker.newInstance());
    } catch (ReflectiveOperationException thrown) {
      throw GraphException.of(type, "no instance can be made: " + thrown, thrown);
    }
  }
}
