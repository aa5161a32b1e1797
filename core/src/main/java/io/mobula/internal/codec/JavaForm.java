package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Output;
import java.io.Externalizable;
import java.lang.reflect.Constructor;
import java.util.Objects;

/**
 * A class by its Java serialization hooks ({@code writeObject}, {@code writeReplace},
 * {@code Externalizable} and so on), with the codec in the place of the object streams.
 *
 * <p>So the private state of the JDK's own classes travels without flags, user classes keep their
 * protocol, and what is nested in either is written by the codec: shared references, externals and
 * buffers work inside them, and no {@code ObjectInputStream} ever resolves a class.
 */
final class JavaForm<T> extends Form<T> {
  private static final int ITSELF = 0;
  private static final int REPLACED = 1;
  private static final int END_OF_LEVEL = 0x5A;

  private final SerialShape shape;
  private final int layout;

  JavaForm(SerialShape shape) {
    this.shape = shape;
    this.layout = shape.layout();
  }

  @Override
  int layout() {
    return layout;
  }

  @Override
  void write(Graph graph, Output output, T value) {
    try {
      graph.enterHooks();
      if (shape.replace() == null || !writeReplacement(graph, output, value)) {
        writeState(graph, output, value);
      }
      graph.leaveHooks();
    } catch (Throwable thrown) {
      Fault fault = Fault.from(thrown).in(value.getClass());
      throw value instanceof Throwable holder ? fault.inside(holder) : fault;
    }
  }

  @SuppressWarnings("ReferenceEquality") // a replacement is another object, equal or not
  private boolean writeReplacement(Graph graph, Output output, T value) throws Throwable {
    Object replacement =
        (Object) Objects.requireNonNull(shape.replace()).invokeExact((Object) value);
    if (replacement == null) {
      throw Fault.of(value.getClass(), "its writeReplace returned null");
    }
    if (replacement == value) {
      output.writeByte(ITSELF);
      return false;
    }
    output.writeByte(REPLACED);
    int id = graph.references().open();
    graph.writeClassAndObject(output, replacement);
    graph.references().close(id);
    return true;
  }

  private void writeState(Graph graph, Output output, T value) throws Throwable {
    if (shape.maker() == null) {
      throw Fault.of(
          value.getClass(),
          shape.isExternalizable()
              ? "an Externalizable class needs a public constructor without parameters"
              : "its first superclass that is not Serializable needs a constructor without parameters");
    }
    HookOutput hooks = graph.hooks().output(output);
    if (value instanceof Externalizable external) {
      hooks.writeExternal(external);
      output.writeByte(END_OF_LEVEL);
      return;
    }
    for (SerialShape.Level level : shape.levels()) {
      hooks.writeLevel(level, value);
      if (level.writeObject() != null) {
        output.writeByte(END_OF_LEVEL);
      }
    }
  }

  @Override
  T read(Graph graph, SegmentInput input, Class<? extends T> type) {
    try {
      graph.enterHooks();
      boolean replaced = shape.replace() != null && input.readByte() == REPLACED;
      T value = replaced ? cast(graph.readPresent(input)) : readState(graph, input);
      graph.leaveHooks();
      return value;
    } catch (Throwable thrown) {
      throw Fault.from(thrown).in(type);
    }
  }

  private T readState(Graph graph, SegmentInput input) throws Throwable {
    int id = graph.references().reading();
    Object value = make();
    graph.reference(value);
    HookInput hooks = graph.hooks().input(input);
    if (value instanceof Externalizable external) {
      hooks.readExternal(external);
      endOfLevel(input);
    }
    for (SerialShape.Level level : shape.levels()) {
      hooks.readLevel(level, value);
      if (level.writeObject() != null) {
        endOfLevel(input);
      }
    }
    return cast(shape.resolve() == null ? value : resolve(graph, id, value));
  }

  private Object resolve(Graph graph, int id, Object value) throws Throwable {
    Object resolved = (Object) Objects.requireNonNull(shape.resolve()).invokeExact(value);
    if (resolved == null) {
      throw Fault.of(shape.type(), "its readResolve returned null");
    }
    graph.references().setReadObject(id, resolved);
    return resolved;
  }

  private Object make() throws ReflectiveOperationException {
    Constructor<?> maker = shape.maker();
    if (maker == null) {
      throw Fault.of(shape.type(), "no instance can be made of it");
    }
    return maker.newInstance();
  }

  private void endOfLevel(SegmentInput input) {
    if (input.readByte() != END_OF_LEVEL) {
      throw Fault.of(shape.type(), "its readObject does not read what its writeObject wrote");
    }
  }

  /** A replacement need not be of the class; whoever asked for the value finds out. */
  @SuppressWarnings("unchecked")
  private T cast(Object value) {
    return (T) value;
  }
}
