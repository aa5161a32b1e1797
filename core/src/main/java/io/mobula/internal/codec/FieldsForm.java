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
 * A user's class by its fields, whatever their access, superclasses first; transient and static
 * ones are left out.
 *
 * <p>Instances are made without running a constructor of theirs; that of the nearest superclass of
 * the JDK runs, where it can be called. Needs no {@code Serializable}.
 */
final class FieldsForm<T> extends Form<T> {
  private final Slot[] slots;
  private final Constructor<?> maker;
  private final int layout;

  private FieldsForm(Slot[] slots, Constructor<?> maker) {
    this.slots = slots;
    this.maker = maker;
    int hash = 1;
    for (Slot slot : slots) {
      hash = 31 * hash + slot.layout();
    }
    this.layout = hash;
  }

  static FieldsForm<?> of(Class<?> type) {
    List<Slot> slots = new ArrayList<>();
    Class<?> opaque = addSlots(type, slots);
    return new FieldsForm<>(
        slots.toArray(Slot[]::new), JdkSerialization.constructor(type, baseConstructor(opaque)));
  }

  /**
   * Adds the fields of the reachable part of the hierarchy and returns the first class beyond it.
   */
  private static Class<?> addSlots(Class<?> type, List<Slot> slots) {
    if (type == Object.class || !isOpen(type)) { // a program may open java.lang
      return type;
    }
    Class<?> opaque = addSlots(type.getSuperclass(), slots);
    Arrays.stream(type.getDeclaredFields())
        .filter(FieldsForm::isState)
        .sorted(Comparator.comparing(Field::getName))
        .map(Slot::new)
        .forEach(slots::add);
    return opaque;
  }

  /**
   * The class of the hierarchy whose state cannot be read, or null if there is none: often it has
   * none to be read.
   */
  static @Nullable Class<?> closedPart(Class<?> type) {
    for (Class<?> each = type; each != null; each = each.getSuperclass()) {
      boolean closed = !isOpen(each);
      if (closed
          && (each == type
              || Arrays.stream(each.getDeclaredFields()).anyMatch(FieldsForm::isState))) {
        return each;
      }
    }
    return null;
  }

  private static boolean isOpen(Class<?> type) {
    return type.getModule().isOpen(type.getPackageName(), FieldsForm.class.getModule());
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
  int layout() {
    return layout;
  }

  @Override
  void write(Graph graph, Output output, T value) {
    for (Slot slot : slots) {
      slot.write(graph, output, value);
    }
  }

  @Override
  T read(Graph graph, SegmentInput input, Class<? extends T> type) {
    T value = make(type);
    graph.reference(value);
    for (Slot slot : slots) {
      slot.read(graph, input, value);
    }
    return value;
  }

  private T make(Class<? extends T> type) {
    try {
      return type.cast(maker.newInstance());
    } catch (ReflectiveOperationException thrown) {
      throw Fault.of(type, "no instance can be made: " + thrown, thrown);
    }
  }
}
