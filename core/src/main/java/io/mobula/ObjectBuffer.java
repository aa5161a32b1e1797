package io.mobula;

import io.mobula.tensor.DType;
import io.mobula.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/**
 * Buffer in store memory that a program fills before it becomes an object. For one thread at a
 * time. Closing it without sealing frees the memory.
 *
 * <pre>{@code
 * try (ObjectBuffer block = Mobula.create(Float.BYTES * n)) {
 *   fill(block.segment());
 *   ObjectRef<Tensor> ref = block.seal(DType.FLOAT32, n);
 * }
 * }</pre>
 */
public interface ObjectBuffer extends AutoCloseable {

  /**
   * Returns the writable memory, which has the requested size and may contain anything. It must not
   * be written after sealing: readers would see the change.
   *
   * @throws IllegalStateException when the buffer is sealed or closed already
   */
  MemorySegment segment();

  /**
   * Seals the buffer and returns a ref to its content, which never changes from now on. Copies
   * nothing.
   *
   * @throws IllegalStateException when the buffer is sealed or closed already
   */
  ObjectRef<MemorySegment> seal();

  /**
   * Seals the buffer and returns a ref to its content as a tensor of that type and shape; see
   * {@link #seal()}.
   *
   * @throws io.mobula.error.InvalidRequestException when the shape does not fit the size
   */
  ObjectRef<Tensor> seal(DType type, long... shape);

  /** Frees the memory, unless the buffer is sealed. Closing again does nothing. */
  @Override
  void close();
}
