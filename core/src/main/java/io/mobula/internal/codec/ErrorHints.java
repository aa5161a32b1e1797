package io.mobula.internal.codec;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Texts for values that cannot be encoded: the reason, and what to do instead. */
final class ErrorHints {
  static final String DEPTH =
      "Keep long chains in a list or an array, or raise maxDepth together with the thread's stack size";
  static final String STACK =
      "the value is nested deeper than this thread's stack allows. Keep long chains in a list or an array, "
          + "or encode on a thread with a larger stack";
  static final String CHANGED =
      "it changed while it was encoded. Pass a copy of what other threads change";
  static final String OTHER_FIELDS =
      "its fields here differ from those where it was encoded. Run the same version of it on both sides";
  static final String LAMBDA =
      "a lambda or method reference that is not Serializable. Declare its type as an interface that extends "
          + "Serializable, as Mobula's function types do, or cast it: (Supplier<T> & Serializable)";
  static final String LATE_CYCLE =
      "it contains itself, and a value that is made by its constructor (a record, an immutable collection, a value "
          + "with writeReplace) cannot be rebuilt around itself. Break the cycle, or use an ordinary class";
  private static final String TRANSIENT =
      ". Make the field transient, or pass what is needed to make it again";

  private static final Map<Class<?>, String> REFUSED = new LinkedHashMap<>();

  static {
    refuse(Thread.class, "a thread belongs to its process");
    refuse(ThreadGroup.class, "a thread group belongs to its process");
    refuse(ThreadLocal.class, "a thread-local belongs to its threads");
    refuse(java.util.concurrent.Executor.class, "an executor belongs to its process");
    refuse(
        java.util.concurrent.Future.class,
        "a future is not a value; pass what it yields, or an ObjectRef");
    refuse(java.util.Timer.class, "a timer belongs to its process");
    refuse(java.net.Socket.class, "a socket belongs to its process");
    refuse(java.net.ServerSocket.class, "a socket belongs to its process");
    refuse(java.net.DatagramSocket.class, "a socket belongs to its process");
    refuse(java.nio.channels.Channel.class, "a channel belongs to its process");
    refuse(java.nio.channels.Selector.class, "a selector belongs to its process");
    refuse(
        java.io.InputStream.class, "a stream belongs to its process; pass its content or its path");
    refuse(
        java.io.OutputStream.class,
        "a stream belongs to its process; pass its content or its path");
    refuse(java.io.Reader.class, "a reader belongs to its process; pass its content or its path");
    refuse(java.io.Writer.class, "a writer belongs to its process; pass its content or its path");
    refuse(java.io.RandomAccessFile.class, "an open file belongs to its process; pass its path");
    refuse(ClassLoader.class, "a class loader belongs to its process");
    refuse(Process.class, "a process handle belongs to its process");
    refuse(java.util.stream.BaseStream.class, "a stream can be read once; pass a collection");
    refuse(java.util.Iterator.class, "an iterator is a position, not a value; pass its collection");
    refuse(
        java.lang.ref.Reference.class, "a weak, soft or phantom reference belongs to its process");
    refuse(java.lang.foreign.Arena.class, "an arena belongs to its process");
    refuse(
        java.lang.reflect.AccessibleObject.class,
        "a reflected member is not a value; pass its name");
    refuse(java.lang.invoke.MethodHandle.class, "a method handle is not a value; pass a lambda");
  }

  private ErrorHints() {}

  private static void refuse(Class<?> type, String why) {
    REFUSED.put(type, why + TRANSIENT);
  }

  /** Returns the reason why values of this class are never encoded, or null if there is none. */
  static @Nullable String reasonToRefuse(Class<?> type) {
    for (Map.Entry<Class<?>, String> refused : REFUSED.entrySet()) {
      if (refused.getKey().isAssignableFrom(type)) {
        return refused.getValue();
      }
    }
    return null;
  }

  /**
   * Returns the reason why a class cannot be encoded part of whose state lies in {@code closed}, a
   * class of a module that is not open.
   */
  static String reasonUnreachable(Class<?> type, Class<?> closed) {
    String who = closed == type ? "it" : "its superclass " + closed.getTypeName();
    return who + " is not Serializable, and private state in " + closed.getModule()
        + " cannot be read without JVM flags" + TRANSIENT;
  }
}
