package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Output;
import java.lang.reflect.Field;
import org.jspecify.annotations.Nullable;

/** Accessor of one field of a user's class: writes, reads and names the field. */
final class FieldAccessor {
  private final Field field;
  private final char kind;
  private final boolean reference;

  FieldAccessor(Field field) {
    this.field = field;
    this.kind = field.getType() == String.class
        ? 'T'
        : field.getType().descriptorString().charAt(0);
    this.reference = kind == 'L' || kind == '[';
    field.setAccessible(true);
  }

  String name() {
    return field.getName();
  }

  /** Returns a hash of the field's name and type. */
  int layoutHash() {
    return 31 * field.getName().hashCode() + field.getType().getName().hashCode();
  }

  /** Returns the field's value, boxed if it is primitive. */
  @Nullable
  Object get(Object owner) {
    try {
      return field.get(owner);
    } catch (IllegalAccessException impossible) {
      throw new IllegalStateException("field was made accessible: " + field, impossible);
    }
  }

  /**
   * Writes the field of this owner. References are written in a separate branch, which keeps the
   * stack frames of a deep graph small.
   */
  void write(GraphCodec graph, Output output, Object owner) {
    try {
      if (reference) {
        graph.writeClassAndObject(output, field.get(owner));
      } else {
        writePrimitiveOrString(output, owner);
      }
    } catch (Throwable thrown) {
      throw GraphException.from(thrown).addStep("." + name());
    }
  }

  private void writePrimitiveOrString(Output output, Object owner) throws IllegalAccessException {
    switch (kind) {
      case 'I' -> output.writeVarInt(field.getInt(owner), false);
      case 'J' -> output.writeVarLong(field.getLong(owner), false);
      case 'D' -> output.writeDouble(field.getDouble(owner));
      case 'F' -> output.writeFloat(field.getFloat(owner));
      case 'Z' -> output.writeBoolean(field.getBoolean(owner));
      case 'B' -> output.writeByte(field.getByte(owner));
      case 'S' -> output.writeShort(field.getShort(owner));
      case 'C' -> output.writeChar(field.getChar(owner));
      default -> output.writeString((String) field.get(owner));
    }
  }

  /** Reads into the field of an object, even if the field is final. */
  void read(GraphCodec graph, SegmentInput input, Object owner) {
    try {
      if (reference) {
        field.set(owner, graph.readClassAndObject(input));
      } else {
        readPrimitiveOrString(input, owner);
      }
    } catch (Throwable thrown) {
      throw GraphException.from(thrown).addStep("." + name());
    }
  }

  private void readPrimitiveOrString(SegmentInput input, Object owner)
      throws IllegalAccessException {
    switch (kind) {
      case 'I' -> field.setInt(owner, input.readVarInt(false));
      case 'J' -> field.setLong(owner, input.readVarLong(false));
      case 'D' -> field.setDouble(owner, input.readDouble());
      case 'F' -> field.setFloat(owner, input.readFloat());
      case 'Z' -> field.setBoolean(owner, input.readBoolean());
      case 'B' -> field.setByte(owner, input.readByte());
      case 'S' -> field.setShort(owner, input.readShort());
      case 'C' -> field.setChar(owner, input.readChar());
      default -> field.set(owner, input.readString());
    }
  }

  /** Reads a value of the field's type, boxed, to be passed to a constructor. */
  @Nullable
  Object readValue(GraphCodec graph, SegmentInput input) {
    try {
      return reference ? graph.readClassAndObject(input) : readFlatValue(input);
    } catch (Throwable thrown) {
      throw GraphException.from(thrown).addStep("." + name());
    }
  }

  private @Nullable Object readFlatValue(SegmentInput input) {
    return switch (kind) {
      case 'I' -> input.readVarInt(false);
      case 'J' -> input.readVarLong(false);
      case 'D' -> input.readDouble();
      case 'F' -> input.readFloat();
      case 'Z' -> input.readBoolean();
      case 'B' -> input.readByte();
      case 'S' -> input.readShort();
      case 'C' -> input.readChar();
      default -> input.readString();
    };
  }
}
