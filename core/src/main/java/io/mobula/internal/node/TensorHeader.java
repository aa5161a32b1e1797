package io.mobula.internal.node;

import io.mobula.internal.store.IdleViews;
import io.mobula.tensor.DType;
import io.mobula.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Header of an encoded tensor: its shape and the name of its element type. */
final class TensorHeader {
  private TensorHeader() {}

  static byte[] of(Tensor tensor) {
    var shape = tensor.shape();
    var type = tensor.dtype().name().getBytes(StandardCharsets.US_ASCII);
    var header = ByteBuffer.allocate(Integer.BYTES + Long.BYTES * shape.length + type.length)
        .putInt(shape.length);
    for (long size : shape) {
      header.putLong(size);
    }
    return header.put(type).array();
  }

  static Tensor rebuild(MemorySegment segment, byte[] bytes) {
    var header = ByteBuffer.wrap(bytes);
    int rank = header.getInt();
    if (rank < 0 || rank > header.remaining() / Long.BYTES) {
      throw new IllegalArgumentException(
          "A tensor of rank " + rank + " in a header of " + bytes.length + " bytes");
    }
    var shape = new long[rank];
    for (int i = 0; i < rank; i++) {
      shape[i] = header.getLong();
    }
    var type = DType.valueOf(
        new String(bytes, header.position(), header.remaining(), StandardCharsets.US_ASCII));
    return IdleViews.attachTensor(Tensor.wrap(segment, type, shape), segment);
  }
}
