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
 * Description of a class to Java serialization: its hooks and its serializable superclasses,
 * topmost first.
 *
 * @param type the class
 * @param levels the class and its serializable superclasses; empty if the class is
 *     {@link Externalizable}
 * @param writeReplace the class's hook that returns a replacement to be written, or null
 * @param readResolve the class's hook that returns a replacement of an instance that was read, or
 *     null
 * @param constructor makes an empty instance; null if the class cannot be instantiated
 */
record SerializationDescriptor(
    Class<?> type,
    List<ClassLevel> levels,
    @Nullable MethodHandle writeReplace,
    @Nullable MethodHandle readResolve,
    @Nullable Constructor<?> constructor) {

  /**
   * One class of the hierarchy, with its own fields and hooks.
   *
   * @param fields its serializable fields, in an order that is the same everywhere
   * @param index the position of a field in {@code fields}, by name
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared, never changed
  record ClassLevel(
      Class<?> type,
      ObjectStreamField[] fields,
      Map<String, Integer> index,
      @Nullable MethodHandle writeObject,
      @Nullable MethodHandle defaultWrite,
      @Nullable MethodHandle readObject,
      @Nullable MethodHandle defaultRead) {

    static ClassLevel of(Class<?> type) {
      ObjectStreamField[] fields = ObjectStreamClass.lookupAny(type).getFields();
      Map<String, Integer> index = new HashMap<>();
      for (int i = 0; i < fields.length; i++) {
        index.put(fields[i].getName(), i);
      }
      return new ClassLevel(
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

    int layoutHash() {
      int hash = type.getName().hashCode();
      for (ObjectStreamField field : fields) {
        hash = 31 * (31 * hash + field.getName().hashCode()) + field.getTypeCode();
      }
      return hash + (writeObject == null ? 0 : 1);
    }
  }

  static SerializationDescriptor of(Class<?> type) {
    MethodHandle replace = JdkSerialization.writeReplace(type);
    MethodHandle resolve = JdkSerialization.readResolve(type);
    return Externalizable.class.isAssignableFrom(type)
        ? new SerializationDescriptor(
            type, List.of(), replace, resolve, JdkSerialization.externalConstructor(type))
        : new SerializationDescriptor(
            type, levelsOf(type), replace, resolve, JdkSerialization.serialConstructor(type));
  }

  private static List<ClassLevel> levelsOf(Class<?> type) {
    Deque<ClassLevel> levels = new ArrayDeque<>();
    for (Class<?> each = type;
        each != null && Serializable.class.isAssignableFrom(each);
        each = each.getSuperclass()) {
      levels.addFirst(ClassLevel.of(each));
    }
    return List.copyOf(levels);
  }

  boolean isExternalizable() {
    return Externalizable.class.isAssignableFrom(type);
  }

  /**
   * Returns whether the class customizes its serialization, so that its fields alone would not do.
   */
  boolean hasHooks() {
    return isExternalizable()
        || writeReplace != null
        || readResolve != null
        || levels.stream().anyMatch(level -> level.writeObject != null || level.readObject != null);
  }

  int layoutHash() {
    int hash = writeReplace == null ? 17 : 19;
    for (ClassLevel level : levels) {
      hash = 31 * hash + level.layoutHash();
    }
    return hash;
  }
}
