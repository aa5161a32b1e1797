package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Output;

/** An array of booleans, a byte each. */
final class BooleanArrayForm extends Form<boolean[]> {
  @Override
  void write(Graph graph, Output output, boolean[] array) {
    output.writeVarInt(array.length, true);
    output.writeBooleans(array, 0, array.length);
  }

  @Override
  boolean[] read(Graph graph, SegmentInput input, Class<? extends boolean[]> type) {
    return input.readBooleans(input.readCount(1));
  }
}
