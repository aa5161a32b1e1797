package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Output;
import java.io.Externalizable;
import java.lang.reflect.Constructor;
import java.util.Objects;

/**
 * Codec of a class by its Java serialization hooks ({@code writeObject}, {@code writeReplace},
 * {@code Externalizable} and so on), with the codec in place of the object streams.
 *
 * <p>The private state of the JDK's own classes thus travels without JVM flags, and user classes
 * keep their protocol. Nested values are written by the codec: shared references, externals and
 * buffers work inside them, and no {@code ObjectInputStream} ever resolves a class.
 */
final class JavaSerializationCodec<T> extends TypeCodec<T> {
  private static final int ITSELF = 0;
  private static final int REPLACED = 1;
  private static final int END_OF_LEVEL = 0x5A;

  private final SerializationDescriptor shape;
  private final int layout;

  JavaSerializationCodec(SerializationDescriptor shape) {
    this.shape = shape;
    this.layout = shape.layoutHash();
  }

  @Override
  int layoutHash() {
    return layout;
  }

  @Override
  void write(GraphCodec graph, Output output, T value) {
    try {
      graph.enterHooks();
      if (shape.writeReplace() == null || !writeReplacement(graph, output, value)) {
        writeState(graph, output, value);
      }
      graph.leaveHooks();
    } catch (Throwable thrown) {
      GraphException failure = GraphException.from(thrown).inClass(value.getClass());
      throw value instanceof Throwable holder ? failure.inThrowable(holder) : failure;
    }
  }

  @SuppressWarnings("ReferenceEquality") // a replacement is another object, equal or not
  private boolean writeReplacement(GraphCodec graph, Output output, T value) throws Throwable {
    Object replacement =
        (Object) Objects.requireNonNull(shape.writeReplace()).invokeExact((Object) value);
    if (replacement == null) {
      throw GraphException.of(value.getClass(), "its writeReplace returned null");
    }
    if (replacement == value) {
      output.writeByte(ITSELF);
      return false;
    }
    output.writeByte(REPLACED);
    int id = graph.references().enterValue();
    graph.writeClassAndObject(output, replacement);
    graph.references().leaveValue(id);
    return true;
  }

  private void writeState(GraphCodec graph, Output output, T value) throws Throwable {
    if (shape.constructor() == null) {
      throw GraphException.of(
          value.getClass(),
          shape.isExternalizable()
              ? "an Externalizable class needs a public constructor without parameters"
              : "its first superclass that is not Serializable needs a constructor without parameters");
    }
    HookOutputStream hooks = graph.hooks().output(output);
    if (value instanceof Externalizable external) {
      hooks.writeExternal(external);
      output.writeByte(END_OF_LEVEL);
      return;
    }
    for (SerializationDescriptor.ClassLevel level : shape.levels()) {
      hooks.writeLevel(level, value);
      if (level.writeObject() != null) {
        output.writeByte(END_OF_LEVEL);
      }
    }
  }

  @Override
  T read(GraphCodec graph, SegmentInput input, Class<? extends T> type) {
    try {
      graph.enterHooks();
      boolean replaced = shape.writeReplace() != null && input.readByte() == REPLACED;
      T value = replaced ? cast(graph.readNonNull(input)) : readState(graph, input);
      graph.leaveHooks();
      return value;
    } catch (Throwable thrown) {
      throw GraphException.from(thrown).inClass(type);
    }
  }

  private T readState(GraphCodec graph, SegmentInput input) throws Throwable {
    int id = graph.references().currentReadId();
    Object value = make();
    graph.reference(value);
    HookInputStream hooks = graph.hooks().input(input);
    if (value instanceof Externalizable external) {
      hooks.readExternal(external);
      endOfLevel(input);
    }
    for (SerializationDescriptor.ClassLevel level : shape.levels()) {
      hooks.readLevel(level, value);
      if (level.writeObject() != null) {
        endOfLevel(input);
      }
    }
    return cast(shape.readResolve() == null ? value : resolve(graph, id, value));
  }

  private Object resolve(GraphCodec graph, int id, Object value) throws Throwable {
    Object resolved = (Object) Objects.requireNonNull(shape.readResolve()).invokeExact(value);
    if (resolved == null) {
      throw GraphException.of(shape.type(), "its readResolve returned null");
    }
    graph.references().setReadObject(id, resolved);
    return resolved;
  }

  private Object make() throws ReflectiveOperationException {
    Constructor<?> maker = shape.constructor();
    if (maker == null) {
      throw GraphException.of(shape.type(), "no instance can be made of it");
    }
    return maker.newInstance();
  }

  private void endOfLevel(SegmentInput input) {
    if (input.readByte() != END_OF_LEVEL) {
      throw GraphException.of(
          shape.type(), "its readObject does not read what its writeObject wrote");
    }
  }

  /**
   * Casts without a check, since a replacement may be of another class; the caller that asked for
   * the value notices a mismatch.
   */
  @SuppressWarnings("unchecked")
  private T cast(Object value) {
    return (T) value;
  }
}
