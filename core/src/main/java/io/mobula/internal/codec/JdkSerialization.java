package io.mobula.internal.codec;

import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import org.jspecify.annotations.Nullable;

/**
 * Access to the JDK's interface for serialization libraries, {@code sun.reflect.ReflectionFactory}.
 * It makes instances without their constructor and calls the private serialization hooks of any
 * class, including the JDK's own, with no flag and no warning.
 *
 * <p>The interface is in module {@code jdk.unsupported}, which every full JDK has. It is bound by
 * name, since compiling against it always causes a warning.
 */
final class JdkSerialization {
  private static final MethodHandles.Lookup LOOKUP = MethodHandles.publicLookup();
  private static final MethodType FINDER = MethodType.methodType(MethodHandle.class, Class.class);
  private static final MethodType WRITER =
      MethodType.methodType(void.class, Object.class, ObjectOutputStream.class);
  private static final MethodType READER =
      MethodType.methodType(void.class, Object.class, ObjectInputStream.class);
  private static final MethodType REPLACER = MethodType.methodType(Object.class, Object.class);

  private static final Class<?> TYPE = factoryType();
  private static final Object FACTORY = factory();
  private static final MethodHandle WRITE_OBJECT = finder("writeObjectForSerialization");
  private static final MethodHandle DEFAULT_WRITE = finder("defaultWriteObjectForSerialization");
  private static final MethodHandle READ_OBJECT = finder("readObjectForSerialization");
  private static final MethodHandle DEFAULT_READ = finder("defaultReadObjectForSerialization");
  private static final MethodHandle WRITE_REPLACE = finder("writeReplaceForSerialization");
  private static final MethodHandle READ_RESOLVE = finder("readResolveForSerialization");
  private static final MethodHandle CONSTRUCTOR = bind(
      "newConstructorForSerialization",
      MethodType.methodType(Constructor.class, Class.class, Constructor.class));
  private static final MethodHandle SERIAL_CONSTRUCTOR =
      bind("newConstructorForSerialization", MethodType.methodType(Constructor.class, Class.class));

  private static final MethodHandle EXTERNAL_CONSTRUCTOR = bind(
      "newConstructorForExternalization", MethodType.methodType(Constructor.class, Class.class));

  private JdkSerialization() {}

  private static Class<?> factoryType() {
    try {
      return Class.forName("sun.reflect.ReflectionFactory");
    } catch (ClassNotFoundException absent) {
      throw new IllegalStateException(
          "Mobula needs the module jdk.unsupported; add it to the run-time image", absent);
    }
  }

  private static Object factory() {
    try {
      return TYPE.getMethod("getReflectionFactory").invoke(null);
    } catch (ReflectiveOperationException unexpected) {
      throw new IllegalStateException("cannot reach " + TYPE.getName(), unexpected);
    }
  }

  private static MethodHandle finder(String name) {
    return bind(name, FINDER);
  }

  private static MethodHandle bind(String name, MethodType type) {
    try {
      return LOOKUP.findVirtual(TYPE, name, type).bindTo(FACTORY);
    } catch (ReflectiveOperationException unexpected) {
      throw new IllegalStateException("Mobula needs JDK 25 or later: no " + name, unexpected);
    }
  }

  /** Returns the class's own {@code writeObject(ObjectOutputStream)}, or null. */
  static @Nullable MethodHandle writeObject(Class<?> type) {
    return find(WRITE_OBJECT, type, WRITER);
  }

  /**
   * Returns a handle that writes the class's serializable fields through {@code putFields}, or null
   * if the class declares other names for them.
   */
  static @Nullable MethodHandle defaultWriteObject(Class<?> type) {
    return find(DEFAULT_WRITE, type, WRITER);
  }

  /** Returns the class's own {@code readObject(ObjectInputStream)}, or null. */
  static @Nullable MethodHandle readObject(Class<?> type) {
    return find(READ_OBJECT, type, READER);
  }

  /**
   * Returns a handle that reads the class's serializable fields through {@code readFields}, or null
   * if the class declares other names for them.
   */
  static @Nullable MethodHandle defaultReadObject(Class<?> type) {
    return find(DEFAULT_READ, type, READER);
  }

  /** Returns the class's {@code writeReplace}, or null if it has none. */
  static @Nullable MethodHandle writeReplace(Class<?> type) {
    return find(WRITE_REPLACE, type, REPLACER);
  }

  /** Returns the class's {@code readResolve}, or null if it has none. */
  static @Nullable MethodHandle readResolve(Class<?> type) {
    return find(READ_RESOLVE, type, REPLACER);
  }

  private static @Nullable MethodHandle find(MethodHandle finder, Class<?> type, MethodType as) {
    try {
      MethodHandle found = (MethodHandle) finder.invokeExact(type);
      return found == null ? null : found.asType(as);
    } catch (Throwable thrown) {
      throw GraphException.from(thrown).inClass(type);
    }
  }

  /**
   * Returns a constructor that makes instances of {@code type} by running only the given
   * constructor of a superclass.
   */
  static Constructor<?> constructor(Class<?> type, Constructor<?> ofSuperclass) {
    try {
      return (Constructor<?>) CONSTRUCTOR.invokeExact(type, ofSuperclass);
    } catch (Throwable thrown) {
      throw GraphException.from(thrown).inClass(type);
    }
  }

  /**
   * Returns a constructor that makes instances as Java's serialization does: by running the
   * constructor of the first superclass that is not Serializable.
   */
  static @Nullable Constructor<?> serialConstructor(Class<?> type) {
    try {
      return (Constructor<?>) SERIAL_CONSTRUCTOR.invokeExact(type);
    } catch (Throwable thrown) {
      throw GraphException.from(thrown).inClass(type);
    }
  }

  /**
   * Returns the public constructor without parameters that an Externalizable class must have, or
   * null.
   */
  static @Nullable Constructor<?> externalConstructor(Class<?> type) {
    try {
      return (Constructor<?>) EXTERNAL_CONSTRUCTOR.invokeExact(type);
    } catch (Throwable thrown) {
      throw GraphException.from(thrown).inClass(type);
    }
  }
}
