package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Output;

/**
 * Codec of enum constants, by ordinal. The layout hash covers all names of constants, so that a
 * changed enum is detected.
 */
final class EnumCodec<E extends Enum<?>> extends TypeCodec<E> {
  private final E[] constants;
  private final int layout;

  EnumCodec(Class<E> type) {
    constants = type.getEnumConstants();
    int hash = 1;
    for (E constant : constants) {
      hash = 31 * hash + constant.name().hashCode();
    }
    layout = hash;
  }

  @Override
  int layoutHash() {
    return layout;
  }

  @Override
  @SuppressWarnings("EnumOrdinal") // the layout hash covers the constants' names
  void write(GraphCodec graph, Output output, E value) {
    output.writeVarInt(value.ordinal(), true);
  }

  @Override
  E read(GraphCodec graph, SegmentInput input, Class<? extends E> type) {
    int ordinal = input.readVarInt(true);
    if (ordinal < 0 || ordinal >= constants.length) {
      throw GraphException.of(
          type, "the bytes name constant " + ordinal + " of " + constants.length);
    }
    return constants[ordinal];
  }
}
