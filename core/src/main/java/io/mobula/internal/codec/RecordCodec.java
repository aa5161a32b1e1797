package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Output;
import java.io.Serializable;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import org.jspecify.annotations.Nullable;

/**
 * Codec of a record: its components in declaration order. Decoding calls the canonical constructor,
 * so the constructor's checks apply.
 */
final class RecordCodec<T> extends ContentFirstCodec<T> {
  private final FieldAccessor[] fields;
  private final MethodHandle constructor;
  private final @Nullable MethodHandle replace;
  private final @Nullable MethodHandle resolve;
  private final int layout;

  private RecordCodec(Class<?> type, FieldAccessor[] fields, MethodHandle constructor) {
    boolean serializable = Serializable.class.isAssignableFrom(type);
    this.fields = fields;
    this.constructor = constructor;
    this.replace = serializable ? JdkSerialization.writeReplace(type) : null;
    this.resolve = serializable ? JdkSerialization.readResolve(type) : null;
    int hash = 7;
    for (FieldAccessor field : fields) {
      hash = 31 * hash + field.layoutHash();
    }
    this.layout = hash;
  }

  static RecordCodec<?> of(Class<?> type) {
    RecordComponent[] components = type.getRecordComponents();
    FieldAccessor[] slots = new FieldAccessor[components.length];
    Class<?>[] types = new Class<?>[components.length];
    try {
      for (int i = 0; i < components.length; i++) {
        slots[i] = new FieldAccessor(type.getDeclaredField(components[i].getName()));
        types[i] = components[i].getType();
      }
      Constructor<?> canonical = type.getDeclaredConstructor(types);
      canonical.setAccessible(true);
      MethodHandle handle = MethodHandles.lookup().unreflectConstructor(canonical);
      return new RecordCodec<>(type, slots, generic(handle, types.length));
    } catch (ReflectiveOperationException | RuntimeException thrown) {
      throw GraphException.of(type, "the record's components cannot be reached: " + thrown, thrown);
    }
  }

  private static MethodHandle generic(MethodHandle constructor, int parameters) {
    return constructor
        .asSpreader(Object[].class, parameters)
        .asType(MethodType.methodType(Object.class, Object[].class));
  }

  @Override
  int layoutHash() {
    return layout;
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // a replacement is another object, equal or not
  void writeContent(GraphCodec graph, Output output, T value) {
    Object replacement = replace == null ? value : call(replace, value);
    if (replace != null) {
      output.writeBoolean(replacement != value);
    }
    if (replacement != value) {
      graph.writeClassAndObject(output, replacement);
      return;
    }
    for (FieldAccessor field : fields) {
      field.write(graph, output, value);
    }
  }

  @Override
  @SuppressWarnings("unchecked")
  T read(GraphCodec graph, SegmentInput input, Class<? extends T> type) {
    if (replace != null && input.readBoolean()) {
      return (T) graph.readNonNull(input);
    }
    Object value = construct(readValues(graph, input), type);
    return (T) (resolve == null ? value : call(resolve, value));
  }

  private @Nullable Object[] readValues(GraphCodec graph, SegmentInput input) {
    @Nullable Object[] values = new @Nullable Object[fields.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = fields[i].readValue(graph, input);
    }
    return values;
  }

  private Object construct(@Nullable Object[] values, Class<?> type) {
    try {
      return (Object) constructor.invokeExact(values);
    } catch (Throwable thrown) {
      throw GraphException.from(thrown).inClass(type);
    }
  }

  private static Object call(MethodHandle hook, Object value) {
    try {
      Object result = (Object) hook.invokeExact(value);
      if (result == null) {
        throw GraphException.withReason("its writeReplace or readResolve returned null");
      }
      return result;
    } catch (Throwable thrown) {
      throw GraphException.from(thrown).inClass(value.getClass());
    }
  }
}
