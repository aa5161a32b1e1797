package io.mobula.internal.codec;

import java.io.ObjectInputStream;
import java.io.ObjectStreamClass;
import java.io.ObjectStreamField;
import org.jspecify.annotations.Nullable;

/**
 * Result of {@code ObjectInputStream.readFields}: the values of one class level, all read at once.
 */
final class HookGetField extends ObjectInputStream.GetField {
  private final SerializationDescriptor.ClassLevel level;
  private final @Nullable Object[] values;

  HookGetField(SerializationDescriptor.ClassLevel level, GraphCodec graph, SegmentInput input) {
    this.level = level;
    ObjectStreamField[] fields = level.fields();
    this.values = new Object[fields.length];
    for (int i = 0; i < fields.length; i++) {
      values[i] = readOne(graph, input, fields[i]);
    }
  }

  private static @Nullable Object readOne(
      GraphCodec graph, SegmentInput input, ObjectStreamField field) {
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
      GraphCodec graph, SegmentInput input, ObjectStreamField field) {
    Object value = graph.readClassAndObject(input);
    if (value != null && !field.getType().isInstance(value)) {
      throw GraphException.of(
          value.getClass(), "a value of another type is in field " + field.getName());
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

  @SuppressWarnings({"unchecked", "NullAway", "TypeParameterUnusedInFormals"
  }) // the field's type is in the class level
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
