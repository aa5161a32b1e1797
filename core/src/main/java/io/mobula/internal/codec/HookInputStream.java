package io.mobula.internal.codec;

import java.io.Externalizable;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.NotActiveException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectInputValidation;
import java.lang.invoke.MethodHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Object stream passed to {@code readObject} and {@code readExternal} of users' classes.
 *
 * <p>It resolves no class itself. Its filter limits the arrays that hooks of the JDK allocate by
 * lengths declared in the bytes.
 */
final class HookInputStream extends ObjectInputStream {
  private final GraphCodec graph;
  private final SegmentInput input;
  private @Nullable Object current;
  private SerializationDescriptor.@Nullable ClassLevel level;

  HookInputStream(GraphCodec graph, SegmentInput input) throws IOException {
    this.graph = graph;
    this.input = input;
    setObjectInputFilter(info -> info.arrayLength() >= 0 && !input.tryClaim(info.arrayLength())
        ? ObjectInputFilter.Status.REJECTED
        : ObjectInputFilter.Status.UNDECIDED);
  }

  /**
   * Reads the part of an object that one class of its hierarchy declares, by that class's hook if
   * it has one.
   */
  void readLevel(SerializationDescriptor.ClassLevel part, Object value) throws Throwable {
    Object outerCurrent = current;
    SerializationDescriptor.ClassLevel outerLevel = level;
    current = value;
    level = part;
    MethodHandle hook = part.readObject();
    if (hook != null) {
      hook.invokeExact(value, (ObjectInputStream) this);
    } else {
      defaultReadObject();
    }
    current = outerCurrent;
    level = outerLevel;
  }

  void readExternal(Externalizable value) throws IOException, ClassNotFoundException {
    Object outerCurrent = current;
    SerializationDescriptor.ClassLevel outerLevel = level;
    current = value;
    level = null;
    value.readExternal(this);
    current = outerCurrent;
    level = outerLevel;
  }

  private SerializationDescriptor.ClassLevel active() throws NotActiveException {
    if (level == null) {
      throw new NotActiveException("not in a call to readObject");
    }
    return level;
  }

  @Override
  public void defaultReadObject() throws IOException {
    SerializationDescriptor.ClassLevel active = active();
    MethodHandle reader = active.defaultRead();
    if (reader == null) {
      readFields();
      return;
    }
    try {
      reader.invokeExact(Objects.requireNonNull(current), (ObjectInputStream) this);
    } catch (Throwable thrown) {
      throw GraphException.from(thrown);
    }
  }

  @Override
  public GetField readFields() throws IOException {
    return new HookGetField(active(), graph, input);
  }

  @Override
  protected @Nullable Object readObjectOverride() {
    return graph.readClassAndObject(input);
  }

  @Override
  public @Nullable Object readUnshared() {
    return readObjectOverride();
  }

  @Override
  public void registerValidation(ObjectInputValidation validation, int priority) {
    graph.validateLater(() -> {
      try {
        validation.validateObject();
      } catch (InvalidObjectException invalid) {
        throw GraphException.withReason("a value refuses itself: " + invalid.getMessage(), invalid);
      }
    });
  }

  @Override
  public int read() {
    return input.read();
  }

  @Override
  public int read(byte[] bytes, int offset, int length) {
    return input.read(bytes, offset, length);
  }

  @Override
  public int available() {
    return input.available();
  }

  @Override
  public void readFully(byte[] bytes) {
    input.readBytes(bytes);
  }

  @Override
  public void readFully(byte[] bytes, int offset, int length) {
    input.readBytes(bytes, offset, length);
  }

  @Override
  public int skipBytes(int count) {
    int skipped = (int) Math.min(count, input.remaining());
    input.skip(skipped);
    return skipped;
  }

  @Override
  public boolean readBoolean() {
    return input.readBoolean();
  }

  @Override
  public byte readByte() {
    return input.readByte();
  }

  @Override
  public int readUnsignedByte() {
    return input.readByteUnsigned();
  }

  @Override
  public short readShort() {
    return input.readShort();
  }

  @Override
  public int readUnsignedShort() {
    return input.readShortUnsigned();
  }

  @Override
  public char readChar() {
    return input.readChar();
  }

  @Override
  public int readInt() {
    return input.readInt();
  }

  @Override
  public long readLong() {
    return input.readLong();
  }

  @Override
  public float readFloat() {
    return input.readFloat();
  }

  @Override
  public double readDouble() {
    return input.readDouble();
  }

  @Override
  public String readUTF() throws IOException {
    String text = input.readString();
    if (text == null) {
      throw new InvalidObjectException("null where readUTF needs a string");
    }
    return text;
  }

  @Override
  @Deprecated
  public String readLine() {
    throw new UnsupportedOperationException("readLine is not part of the serialization protocol");
  }

  @Override
  public void close() {}
}
