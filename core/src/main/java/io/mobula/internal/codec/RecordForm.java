package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Output;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;

/** A record: its components in declaration order, read back through its canonical constructor, whose checks thus hold. */
final class RecordForm<T> extends LateForm<T> {
  private final Slot[] slots;
  private final MethodHandle constructor;
  private final int layout;

  private RecordForm(Slot[] slots, MethodHandle constructor) {
    this.slots = slots;
    this.constructor = constructor;
    int hash = 7;
    for (Slot slot : slots) {
      hash = 31 * hash + slot.layout();
    }
    this.layout = hash;
  }

  static RecordForm<?> of(Class<?> type) {
    RecordComponent[] components = type.getRecordComponents();
    Slot[] slots = new Slot[components.length];
    Class<?>[] types = new Class<?>[components.length];
    try {
      for (int i = 0; i < components.length; i++) {
        slots[i] = new Slot(type.getDeclaredField(components[i].getName()));
        types[i] = components[i].getType();
      }
      Constructor<?> canonical = type.getDeclaredConstructor(types);
      canonical.setAccessible(true);
      MethodHandle handle = MethodHandles.lookup().unreflectConstructor(canonical);
      return new RecordForm<>(slots, generic(handle, types.length));
    } catch (ReflectiveOperationException | RuntimeException thrown) {
      throw Fault.of(type, "the record's components cannot be reached: " + thrown, thrown);
    }
  }

  private static MethodHandle generic(MethodHandle constructor, int parameters) {
    return constructor
        .asSpreader(Object[].class, parameters)
        .asType(MethodType.methodType(Object.class, Object[].class));
  }

  @Override
  int layout() {
    return layout;
  }

  @Override
  void writeContent(Graph graph, Output output, T value) {
    for (Slot slot : slots) {
      slot.write(graph, output, value);
    }
  }

  @Override
  T read(Graph graph, SegmentInput input, Class<? extends T> type) {
    Object[] values = new Object[slots.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = slots[i].readValue(graph, input);
    }
    try {
      return type.cast((Object) constructor.invokeExact(values));
    } catch (Throwable thrown) {
      throw Fault.from(thrown).in(type);
    }
  }
}
