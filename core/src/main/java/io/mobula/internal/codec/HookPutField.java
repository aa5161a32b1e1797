package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Output;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamField;
import org.jspecify.annotations.Nullable;

/**
 * Result of {@code ObjectOutputStream.putFields}: collects values until they are written in the
 * order of the class's fields.
 */
final class HookPutField extends ObjectOutputStream.PutField {
  private final SerializationDescriptor.ClassLevel level;
  private final @Nullable Object[] values;

  HookPutField(SerializationDescriptor.ClassLevel level) {
    this.level = level;
    this.values = new Object[level.fields().length];
  }

  void writeTo(GraphCodec graph, Output output) {
    ObjectStreamField[] fields = level.fields();
    for (int i = 0; i < fields.length; i++) {
      writeOne(graph, output, fields[i], values[i]);
    }
  }

  private static void writeOne(
      GraphCodec graph, Output output, ObjectStreamField field, @Nullable Object value) {
    switch (field.getTypeCode()) {
      case 'I' -> output.writeVarInt(value == null ? 0 : (int) value, false);
      case 'J' -> output.writeVarLong(value == null ? 0 : (long) value, false);
      case 'D' -> output.writeDouble(value == null ? 0 : (double) value);
      case 'F' -> output.writeFloat(value == null ? 0 : (float) value);
      case 'Z' -> output.writeBoolean(value != null && (boolean) value);
      case 'B' -> output.writeByte(value == null ? 0 : (byte) value);
      case 'S' -> output.writeShort(value == null ? 0 : (short) value);
      case 'C' -> output.writeChar(value == null ? 0 : (char) value);
      default -> writeReference(graph, output, field, value);
    }
  }

  private static void writeReference(
      GraphCodec graph, Output output, ObjectStreamField field, @Nullable Object value) {
    try {
      graph.writeClassAndObject(output, value);
    } catch (Throwable thrown) {
      throw GraphException.from(thrown).addStep("." + field.getName());
    }
  }

  private void set(String name, @Nullable Object value) {
    values[level.indexOf(name)] = value;
  }

  @Override
  public void put(String name, boolean value) {
    set(name, value);
  }

  @Override
  public void put(String name, byte value) {
    set(name, value);
  }

  @Override
  public void put(String name, char value) {
    set(name, value);
  }

  @Override
  public void put(String name, short value) {
    set(name, value);
  }

  @Override
  public void put(String name, int value) {
    set(name, value);
  }

  @Override
  public void put(String name, long value) {
    set(name, value);
  }

  @Override
  public void put(String name, float value) {
    set(name, value);
  }

  @Override
  public void put(String name, double value) {
    set(name, value);
  }

  @Override
  public void put(String name, @Nullable Object value) {
    set(name, value);
  }

  @Override
  @Deprecated
  @SuppressWarnings("removal")
  public void write(java.io.ObjectOutput out) {
    throw new UnsupportedOperationException("call writeFields of the stream");
  }
}
