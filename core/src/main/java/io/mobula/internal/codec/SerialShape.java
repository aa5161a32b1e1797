package io.mobula.internal.codec;

import java.io.Externalizable;
import java.io.ObjectStreamClass;
import java.io.ObjectStreamField;
import java.io.Serializable;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Constructor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What Java's serialization knows of a class: its hooks and its serializable superclasses, topmost
 * first.
 *
 * @param type the class
 * @param levels the class and its serializable superclasses; empty if it is {@link Externalizable}
 * @param replace what it writes in its place
 * @param resolve what it makes of an instance that was read
 * @param maker makes an empty instance; null where the class cannot be instantiated
 */
record SerialShape(
    Class<?> type,
    List<Level> levels,
    @Nullable MethodHandle replace,
    @Nullable MethodHandle resolve,
    @Nullable Constructor<?> maker) {

  /**
   * One class of the hierarchy.
   *
   * @param fields its serializable fields, in an order that is the same everywhere
   * @param index a field's place in {@code fields}, by name
   */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares or changes them
  record Level(
      Class<?> type,
      ObjectStreamField[] fields,
      Map<String, Integer> index,
      @Nullable MethodHandle writeObject,
      @Nullable MethodHandle defaultWrite,
      @Nullable MethodHandle readObject,
      @Nullable MethodHandle defaultRead) {

    static Level of(Class<?> type) {
      ObjectStreamField[] fields = ObjectStreamClass.lookupAny(type).getFields();
      Map<String, Integer> index = new HashMap<>();
      for (int i = 0; i < fields.length; i++) {
        index.put(fields[i].getName(), i);
      }
      return new Level(
          type,
          fields,
          index,
          JdkSerialization.writeObject(type),
          JdkSerialization.defaultWriteObject(type),
          JdkSerialization.readObject(type),
          JdkSerialization.defaultReadObject(type));
    }

    int indexOf(String field) {
      Integer found = index.get(field);
      if (found == null) {
        throw new IllegalArgumentException(type.getName() + " has no serializable field " + field);
      }
      return found;
    }

    int layout() {
      int hash = type.getName().hashCode();
      for (ObjectStreamField field : fields) {
        hash = 31 * (31 * hash + field.getName().hashCode()) + field.getTypeCode();
      }
      return hash + (writeObject == null ? 0 : 1);
    }
  }

  static SerialShape of(Class<?> type) {
    MethodHandle replace = JdkSerialization.writeReplace(type);
    MethodHandle resolve = JdkSerialization.readResolve(type);
    return Externalizable.class.isAssignableFrom(type)
        ? new SerialShape(
            type, List.of(), replace, resolve, JdkSerialization.externalConstructor(type))
        : new SerialShape(
            type, levelsOf(type), replace, resolve, JdkSerialization.serialConstructor(type));
  }

  private static List<Level> levelsOf(Class<?> type) {
    Deque<Level> levels = new ArrayDeque<>();
    for (Class<?> each = type;
        each != null && Serializable.class.isAssignableFrom(each);
        each = each.getSuperclass()) {
      levels.addFirst(Level.of(each));
    }
    return List.copyOf(levels);
  }

  boolean isExternalizable() {
    return Externalizable.class.isAssignableFrom(type);
  }

  /**
   * Whether the class says anything about its serialization, so that its bare fields would not do.
   */
  boolean hasHooks() {
    return isExternalizable()
        || replace != null
        || resolve != null
        || levels.stream().anyMatch(level -> level.writeObject != null || level.readObject != null);
  }

  int layout() {
    int hash = replace == null ? 17 : 19;
    for (Level level : levels) {
      hash = 31 * hash + level.layout();
    }
    return hash;
  }
}
