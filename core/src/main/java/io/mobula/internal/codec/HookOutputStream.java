package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Output;
import java.io.Externalizable;
import java.io.IOException;
import java.io.NotActiveException;
import java.io.ObjectOutputStream;
import java.lang.invoke.MethodHandle;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Object stream passed to {@code writeObject} and {@code writeExternal} of users' classes.
 * Primitives and objects are written into the graph.
 */
final class HookOutputStream extends ObjectOutputStream {
  private final GraphCodec graph;
  private Output output = new Output(0);
  private @Nullable Object current;
  private SerializationDescriptor.@Nullable ClassLevel level;
  private @Nullable HookPutField fields;
  private int written;
  private @Nullable Object lastWritten;

  HookOutputStream(GraphCodec graph) throws IOException {
    this.graph = graph;
  }

  void setOutput(Output to) {
    output = to;
  }

  /**
   * Writes the part of an object that one class of its hierarchy declares, by that class's hook if
   * it has one.
   */
  void writeLevel(SerializationDescriptor.ClassLevel part, Object value) throws Throwable {
    Object outerCurrent = current;
    SerializationDescriptor.ClassLevel outerLevel = level;
    HookPutField outerFields = fields;
    int outerWritten = written;
    Object outerLast = lastWritten;
    current = value;
    level = part;
    fields = null;
    written = 0;
    MethodHandle hook = part.writeObject();
    if (hook != null) {
      hook.invokeExact(value, (ObjectOutputStream) this);
    } else {
      defaultWriteObject();
    }
    current = outerCurrent;
    level = outerLevel;
    fields = outerFields;
    written = outerWritten;
    lastWritten = outerLast;
  }

  void writeExternal(Externalizable value) throws IOException {
    SerializationDescriptor.ClassLevel outerLevel = level;
    Object outerCurrent = current;
    int outerWritten = written;
    level = null;
    current = value;
    written = 0;
    value.writeExternal(this);
    level = outerLevel;
    current = outerCurrent;
    written = outerWritten;
  }

  private SerializationDescriptor.ClassLevel active() throws NotActiveException {
    if (level == null) {
      throw new NotActiveException("not in a call to writeObject");
    }
    return level;
  }

  @Override
  public void defaultWriteObject() throws IOException {
    SerializationDescriptor.ClassLevel active = active();
    MethodHandle writer = active.defaultWrite();
    if (writer == null) {
      if (active.fields().length == 0) {
        return;
      }
      throw GraphException.of(
          active.type(),
          "it names its serialized fields itself but has no writeObject that puts them");
    }
    try {
      writer.invokeExact(Objects.requireNonNull(current), (ObjectOutputStream) this);
    } catch (Throwable thrown) {
      throw GraphException.from(thrown);
    }
  }

  @Override
  public PutField putFields() throws IOException {
    HookPutField present = fields;
    if (present == null) {
      present = new HookPutField(active());
      fields = present;
    }
    return present;
  }

  @Override
  public void writeFields() throws IOException {
    HookPutField present = fields;
    if (present == null) {
      throw new NotActiveException("no current PutField object");
    }
    fields = null;
    present.writeTo(graph, output);
  }

  @Override
  protected void writeObjectOverride(@Nullable Object value) {
    int position = written++;
    try {
      graph.writeClassAndObject(output, value);
    } catch (Throwable thrown) {
      throw GraphException.from(thrown).addStep(step(position));
    }
    lastWritten = value;
  }

  /**
   * Names the step of the path to a nested object. Maps of the JDK write key and value alternately;
   * collections write their elements.
   */
  private String step(int position) {
    if (current instanceof Map<?, ?>) {
      return position % 2 == 0
          ? ".key[" + position / 2 + "]"
          : MapCodec.stepTo(lastWritten, position / 2);
    }
    return "[" + position + "]";
  }

  @Override
  public void writeUnshared(@Nullable Object value) {
    writeObjectOverride(value);
  }

  @Override
  public void write(int value) {
    output.writeByte(value);
  }

  @Override
  public void write(byte[] bytes) {
    output.writeBytes(bytes);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    output.writeBytes(bytes, offset, length);
  }

  @Override
  public void writeBoolean(boolean value) {
    output.writeBoolean(value);
  }

  @Override
  public void writeByte(int value) {
    output.writeByte(value);
  }

  @Override
  public void writeShort(int value) {
    output.writeShort(value);
  }

  @Override
  public void writeChar(int value) {
    output.writeChar((char) value);
  }

  @Override
  public void writeInt(int value) {
    output.writeInt(value);
  }

  @Override
  public void writeLong(long value) {
    output.writeLong(value);
  }

  @Override
  public void writeFloat(float value) {
    output.writeFloat(value);
  }

  @Override
  public void writeDouble(double value) {
    output.writeDouble(value);
  }

  @Override
  public void writeBytes(String text) {
    for (int i = 0; i < text.length(); i++) {
      output.writeByte((byte) text.charAt(i));
    }
  }

  @Override
  public void writeChars(String text) {
    for (int i = 0; i < text.length(); i++) {
      output.writeChar(text.charAt(i));
    }
  }

  @Override
  public void writeUTF(String text) {
    output.writeString(Objects.requireNonNull(text));
  }

  @Override
  public void useProtocolVersion(int version) {}

  @Override
  public void reset() {}

  @Override
  public void flush() {}

  @Override
  protected void drain() {}

  @Override
  public void close() {}
}
