package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Output;
import java.lang.reflect.Field;
import org.jspecify.annotations.Nullable;

/** One field of a user's class: how it is written, read and named. */
final class Slot {
  private final Field field;
  private final char kind;

  Slot(Field field) {
    this.field = field;
    this.kind = field.getType() == String.class
        ? 'T'
        : field.getType().descriptorString().charAt(0);
    field.setAccessible(true);
  }

  String name() {
    return field.getName();
  }

  /** A hash of name and type. */
  int layout() {
    return 31 * field.getName().hashCode() + field.getType().getName().hashCode();
  }

  /** The field's value, boxed if it is primitive. */
  @Nullable
  Object get(Object owner) {
    try {
      return field.get(owner);
    } catch (IllegalAccessException impossible) {
      throw new IllegalStateException("field was made accessible: " + field, impossible);
    }
  }

  void write(Graph graph, Output output, Object owner) {
    try {
      switch (kind) {
        case 'I' -> output.writeVarInt(field.getInt(owner), false);
        case 'J' -> output.writeVarLong(field.getLong(owner), false);
        case 'D' -> output.writeDouble(field.getDouble(owner));
        case 'F' -> output.writeFloat(field.getFloat(owner));
        case 'Z' -> output.writeBoolean(field.getBoolean(owner));
        case 'B' -> output.writeByte(field.getByte(owner));
        case 'S' -> output.writeShort(field.getShort(owner));
        case 'C' -> output.writeChar(field.getChar(owner));
        case 'T' -> output.writeString((String) field.get(owner));
        default -> graph.writeClassAndObject(output, field.get(owner));
      }
    } catch (Throwable thrown) {
      throw Fault.from(thrown).at("." + name());
    }
  }

  /** Reads into a field of an object, also where the field is final. */
  void read(Graph graph, SegmentInput input, Object owner) {
    try {
      switch (kind) {
        case 'I' -> field.setInt(owner, input.readVarInt(false));
        case 'J' -> field.setLong(owner, input.readVarLong(false));
        case 'D' -> field.setDouble(owner, input.readDouble());
        case 'F' -> field.setFloat(owner, input.readFloat());
        case 'Z' -> field.setBoolean(owner, input.readBoolean());
        case 'B' -> field.setByte(owner, input.readByte());
        case 'S' -> field.setShort(owner, input.readShort());
        case 'C' -> field.setChar(owner, input.readChar());
        case 'T' -> field.set(owner, input.readString());
        default -> field.set(owner, graph.readClassAndObject(input));
      }
    } catch (Throwable thrown) {
      throw Fault.from(thrown).at("." + name());
    }
  }

  /** Reads a value of the field's type, boxed, for a constructor. */
  @Nullable
  Object readValue(Graph graph, SegmentInput input) {
    try {
      return switch (kind) {
        case 'I' -> input.readVarInt(false);
        case 'J' -> input.readVarLong(false);
        case 'D' -> input.readDouble();
        case 'F' -> input.readFloat();
        case 'Z' -> input.readBoolean();
        case 'B' -> input.readByte();
        case 'S' -> input.readShort();
        case 'C' -> input.readChar();
        case 'T' -> input.readString();
        default -> graph.readClassAndObject(input);
      };
    } catch (Throwable thrown) {
      throw Fault.from(thrown).at("." + name());
    }
  }
}
