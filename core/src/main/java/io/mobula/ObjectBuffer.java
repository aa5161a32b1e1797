package io.mobula;

import java.lang.foreign.MemorySegment;

/**
 * Room in the store that is being filled. For one thread at a time. Closing without sealing gives
 * it back.
 *
 * <pre>{@code
 * try (Sealable block = Mobula.create(Float.BYTES * n)) {
 *   fill(block.segment());
 *   ObjectRef<Tensor> ref = block.seal(DType.FLOAT32, n);
 * }
 * }</pre>
 */
public interface ObjectBuffer extends AutoCloseable {

  /**
   * The writable memory, zeroed or not; as many bytes as were asked for. Not to be kept after
   * sealing.
   */
  MemorySegment segment();

  /** Ends the writing: from now on the bytes never change. */
  ObjectRef<MemorySegment> seal();

  /** As {@link #seal()}, to be read as a tensor of that type and shape. */
  ObjectRef<Tensor> seal(DType type, long... shape);

  @Override
  void close();
}
