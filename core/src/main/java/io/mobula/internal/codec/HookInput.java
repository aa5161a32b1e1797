package io.mobula.internal.codec;

import java.io.Externalizable;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.NotActiveException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectInputValidation;
import java.io.ObjectStreamClass;
import java.io.ObjectStreamField;
import java.lang.invoke.MethodHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The object stream that {@code readObject} and {@code readExternal} see.
 *
 * <p>Resolves no class itself. Its filter bounds the arrays that hooks of the JDK allocate by
 * declared lengths.
 */
final class HookInput extends ObjectInputStream {
  private final Graph graph;
  private final SegmentInput input;
  private @Nullable Object current;
  private SerialShape.@Nullable Level level;

  HookInput(Graph graph, SegmentInput input) throws IOException {
    this.graph = graph;
    this.input = input;
    setObjectInputFilter(info -> info.arrayLength() >= 0 && !input.affords(info.arrayLength())
        ? ObjectInputFilter.Status.REJECTED
        : ObjectInputFilter.Status.UNDECIDED);
  }

  /** Reads one class's part of an object, by its hook if it has one. */
  void readLevel(SerialShape.Level part, Object value) throws Throwable {
    Object outerCurrent = current;
    SerialShape.Level outerLevel = level;
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
    SerialShape.Level outerLevel = level;
    current = value;
    level = null;
    value.readExternal(this);
    current = outerCurrent;
    level = outerLevel;
  }

  private SerialShape.Level active() throws NotActiveException {
    if (level == null) {
      throw new NotActiveException("not in a call to readObject");
    }
    return level;
  }

  @Override
  public void defaultReadObject() throws IOException {
    SerialShape.Level active = active();
    MethodHandle reader = active.defaultRead();
    if (reader == null) {
      readFields();
      return;
    }
    try {
      reader.invokeExact(Objects.requireNonNull(current), (ObjectInputStream) this);
    } catch (Throwable thrown) {
      throw Fault.from(thrown);
    }
  }

  @Override
  public GetField readFields() throws IOException {
    return new IncomingFields(active(), graph, input);
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
        throw Fault.because("a value refuses itself: " + invalid.getMessage(), invalid);
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

  /** The values of {@code readFields}, all read at once. */
  private static final class IncomingFields extends GetField {
    private final SerialShape.Level level;
    private final @Nullable Object[] values;

    IncomingFields(SerialShape.Level level, Graph graph, SegmentInput input) {
      this.level = level;
      ObjectStreamField[] fields = level.fields();
      this.values = new Object[fields.length];
      for (int i = 0; i < fields.length; i++) {
        values[i] = readOne(graph, input, fields[i]);
      }
    }

    private static @Nullable Object readOne(
        Graph graph, SegmentInput input, ObjectStreamField field) {
      return switch (field.getTypeCode()) {
        case 'I' -> input.readVarInt(false);
        case 'J' -> input.readVarLong(false);
        case 'D' -> input.readDouble();
        case 'F' -> input.readFloat();
        case 'Z' -> input.readBoolean();
        case 'B' -> input.readByte();
        case 'S' -> input.readShort();
        case 'C' -> input.readChar();
        default -> readReference(graph, input, field);
      };
    }

    private static @Nullable Object readReference(
        Graph graph, SegmentInput input, ObjectStreamField field) {
      Object value = graph.readClassAndObject(input);
      if (value != null && !field.getType().isInstance(value)) {
        throw Fault.of(value.getClass(), "a value of another type is in field " + field.getName());
      }
      return value;
    }

    @Override
    public ObjectStreamClass getObjectStreamClass() {
      return ObjectStreamClass.lookupAny(level.type());
    }

    @Override
    public boolean defaulted(String name) {
      return !level.index().containsKey(name);
    }

    @SuppressWarnings("unchecked")
    private <V> V get(String name) {
      return (V) values[level.indexOf(name)];
    }

    @Override
    public boolean get(String name, boolean absent) {
      return this.<Boolean>get(name);
    }

    @Override
    public byte get(String name, byte absent) {
      return this.<Byte>get(name);
    }

    @Override
    public char get(String name, char absent) {
      return this.<Character>get(name);
    }

    @Override
    public short get(String name, short absent) {
      return this.<Short>get(name);
    }

    @Override
    public int get(String name, int absent) {
      return this.<Integer>get(name);
    }

    @Override
    public long get(String name, long absent) {
      return this.<Long>get(name);
    }

    @Override
    public float get(String name, float absent) {
      return this.<Float>get(name);
    }

    @Override
    public double get(String name, double absent) {
      return this.<Double>get(name);
    }

    @Override
    public @Nullable Object get(String name, @Nullable Object absent) {
      return get(name);
    }
  }
}
