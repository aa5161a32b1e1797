package io.mobula.tensor;

import io.mobula.error.InvalidRequestException;
import io.mobula.spi.TensorMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.util.Objects;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Array of numbers of one type with a shape, in memory outside the Java heap, which Mobula stores
 * and reads without a copy.
 *
 * <p>Elements are stored row by row (the last axis is contiguous), little-endian, without gaps; no
 * alignment is assumed. A tensor from {@code get()} is a read-only view of store memory; a tensor
 * created here is writable. {@link #reshape} and {@link #slice} return tensors that share memory
 * with this one but are closed separately.
 *
 * <p>Concurrent reads are safe; writes need synchronization by the caller, as with an array.
 * {@link #close} disables this tensor's accessors: at once in the closing thread and in threads
 * that synchronize with it, soon in others. Segments and buffers taken from the tensor stay valid,
 * and store memory stays pinned until they are unreachable. An index outside the tensor throws
 * {@link IndexOutOfBoundsException}; an accessor of another type throws
 * {@link InvalidRequestException}; a closed tensor throws {@link IllegalStateException}.
 */
public final class Tensor implements AutoCloseable {
  private static final long ALIGNMENT = 64;
  private static final long MAX_BUFFER_BYTES = Integer.MAX_VALUE - 8L;

  private final DType dtype;
  private final Shape shape;
  private @Nullable MemorySegment memory;
  private @Nullable Runnable releaseAction; // tells the store that the memory is no longer used
  // whether a segment, buffer, slice or reshaped tensor may read the memory
  private boolean exposed;

  static {
    TensorMemory.setAccess(new TensorMemory.Access() {
      @Override
      public void setReleaseAction(Tensor tensor, Runnable returned) {
        tensor.releaseAction = returned;
      }

      @Override
      public MemorySegment peek(Tensor tensor) {
        return tensor.memory();
      }
    });
  }

  private Tensor(MemorySegment memory, DType dtype, Shape shape) {
    this.memory = memory;
    this.dtype = dtype;
    this.shape = shape;
    // close() sets memory to null, so it cannot be final; the fence keeps other threads from seeing
    // null before that
    VarHandle.storeStoreFence();
  }

  /**
   * Returns a new writable tensor of zeros outside the heap; the garbage collector frees it.
   *
   * @param shape lengths of the axes; none for a scalar
   * @throws InvalidRequestException if a length is negative or the size does not fit a long
   */
  public static Tensor allocate(DType dtype, long... shape) {
    Shape checked = Shape.of(dtype, shape);
    return new Tensor(newMemory(dtype, checked), dtype, checked);
  }

  /**
   * Returns a tensor over existing memory, which is not copied; read-only if the segment is.
   *
   * @param memory elements in the layout of this class, exactly as many as the shape has
   * @param shape lengths of the axes; none for one axis over all elements
   * @throws InvalidRequestException if the segment's size does not fit
   */
  public static Tensor wrap(MemorySegment memory, DType dtype, long... shape) {
    if (memory.byteSize() % dtype.byteSize() != 0) {
      throw new InvalidRequestException(
          "A segment of " + memory.byteSize() + " bytes does not hold whole elements of " + dtype);
    }
    return new Tensor(
        memory, dtype, Shape.covering(memory.byteSize() / dtype.byteSize(), dtype, shape));
  }

  /**
   * Returns a new writable {@link DType#FLOAT32} tensor outside the heap with a copy of
   * {@code values}.
   *
   * @param shape lengths of the axes; none for one axis of {@code values.length}
   * @throws InvalidRequestException if the shape has another number of elements
   */
  public static Tensor of(float[] values, long... shape) {
    return copyOf(values, values.length, DType.FLOAT32, shape);
  }

  /**
   * Returns a new writable {@link DType#FLOAT64} tensor outside the heap with a copy of
   * {@code values}.
   *
   * @param shape lengths of the axes; none for one axis of {@code values.length}
   * @throws InvalidRequestException if the shape has another number of elements
   */
  public static Tensor of(double[] values, long... shape) {
    return copyOf(values, values.length, DType.FLOAT64, shape);
  }

  /**
   * Returns a new writable {@link DType#INT8} tensor outside the heap with a copy of
   * {@code values}.
   *
   * @param shape lengths of the axes; none for one axis of {@code values.length}
   * @throws InvalidRequestException if the shape has another number of elements
   */
  public static Tensor of(byte[] values, long... shape) {
    return copyOf(values, values.length, DType.INT8, shape);
  }

  /**
   * Returns a new writable {@link DType#INT16} tensor outside the heap with a copy of
   * {@code values}.
   *
   * @param shape lengths of the axes; none for one axis of {@code values.length}
   * @throws InvalidRequestException if the shape has another number of elements
   */
  public static Tensor of(short[] values, long... shape) {
    return copyOf(values, values.length, DType.INT16, shape);
  }

  /**
   * Returns a new writable {@link DType#INT32} tensor outside the heap with a copy of
   * {@code values}.
   *
   * @param shape lengths of the axes; none for one axis of {@code values.length}
   * @throws InvalidRequestException if the shape has another number of elements
   */
  public static Tensor of(int[] values, long... shape) {
    return copyOf(values, values.length, DType.INT32, shape);
  }

  /**
   * Returns a new writable {@link DType#INT64} tensor outside the heap with a copy of
   * {@code values}.
   *
   * @param shape lengths of the axes; none for one axis of {@code values.length}
   * @throws InvalidRequestException if the shape has another number of elements
   */
  public static Tensor of(long[] values, long... shape) {
    return copyOf(values, values.length, DType.INT64, shape);
  }

  /** Returns the type of the elements. */
  public DType dtype() {
    return dtype;
  }

  /** Returns a copy of the lengths of the axes, outermost first. Empty for a scalar. */
  public long[] shape() {
    return shape.lengths();
  }

  /** Returns the number of elements. */
  public long size() {
    return shape.size();
  }

  /** Returns the size of all elements in bytes. */
  public long byteSize() {
    return shape.size() * dtype.byteSize();
  }

  /**
   * Returns the index of the element at a position, one coordinate for each axis, for use with the
   * accessors.
   */
  public long index(long... position) {
    return shape.index(position);
  }

  /**
   * Returns whether the elements cannot be set, as in a view of store memory. {@link #copy} returns
   * a writable tensor.
   */
  public boolean isReadOnly() {
    return memory().isReadOnly();
  }

  /** Returns the memory of the tensor, not a copy; closing the tensor does not affect it. */
  public MemorySegment segment() {
    exposed = true;
    return memory();
  }

  private MemorySegment memory() {
    MemorySegment here = memory;
    if (here == null) {
      throw closed();
    }
    return here;
  }

  /**
   * Returns the memory as bytes in little-endian order, if it is smaller than 2 GiB; read-only if
   * the tensor is.
   *
   * @throws InvalidRequestException if no byte buffer can show this memory: 2 GiB or more, or an
   *     array other than byte[]
   */
  public ByteBuffer asByteBuffer() {
    return buffer(segment());
  }

  /**
   * Returns a tensor over the same memory with another shape of as many elements; no lengths mean
   * one axis over all elements.
   */
  public Tensor reshape(long... shape) {
    return new Tensor(segment(), dtype, Shape.covering(size(), dtype, shape));
  }

  /**
   * Returns rows {@code from} to {@code to} (exclusive) of the first axis, in the same memory.
   *
   * @throws InvalidRequestException if there are no such rows
   */
  public Tensor slice(long from, long to) {
    Shape sliced = shape.slice(from, to);
    long rowBytes = shape.rowSize() * dtype.byteSize();
    return new Tensor(
        segment().asSlice(from * rowBytes, sliced.size() * dtype.byteSize()), dtype, sliced);
  }

  /** Returns a new writable tensor outside the heap with the same content. Costs a copy. */
  public Tensor copy() {
    MemorySegment from = memory();
    MemorySegment to = newMemory(dtype, shape);
    MemorySegment.copy(from, 0, to, 0, from.byteSize());
    return new Tensor(to, dtype, shape);
  }

  /**
   * Returns the element at this index, counted row by row. Throws if this is not a
   * {@link DType#FLOAT32} tensor, or is closed.
   */
  public float getFloat(long index) {
    return access(DType.FLOAT32).getAtIndex(TensorContent.FLOAT32, index);
  }

  /**
   * Sets the element at this index. Throws if this is not a {@link DType#FLOAT32} tensor, is
   * read-only, or is closed.
   */
  public void setFloat(long index, float value) {
    writable(DType.FLOAT32).setAtIndex(TensorContent.FLOAT32, index, value);
  }

  /**
   * Returns a copy of all elements, at most 2^31 - 9, in a new array, row by row. Throws if this is
   * not a {@link DType#FLOAT32} tensor.
   */
  public float[] toFloatArray() {
    return toArray(DType.FLOAT32, float[]::new);
  }

  /**
   * Returns the memory as a typed buffer, if it is smaller than 2 GiB. Throws if this is not a
   * {@link DType#FLOAT32} tensor.
   */
  public FloatBuffer asFloatBuffer() {
    return buffer(access(DType.FLOAT32)).asFloatBuffer();
  }

  /**
   * Returns the element at this index, counted row by row. Throws if this is not a
   * {@link DType#FLOAT64} tensor, or is closed.
   */
  public double getDouble(long index) {
    return access(DType.FLOAT64).getAtIndex(TensorContent.FLOAT64, index);
  }

  /**
   * Sets the element at this index. Throws if this is not a {@link DType#FLOAT64} tensor, is
   * read-only, or is closed.
   */
  public void setDouble(long index, double value) {
    writable(DType.FLOAT64).setAtIndex(TensorContent.FLOAT64, index, value);
  }

  /**
   * Returns a copy of all elements, at most 2^31 - 9, in a new array, row by row. Throws if this is
   * not a {@link DType#FLOAT64} tensor.
   */
  public double[] toDoubleArray() {
    return toArray(DType.FLOAT64, double[]::new);
  }

  /**
   * Returns the memory as a typed buffer, if it is smaller than 2 GiB. Throws if this is not a
   * {@link DType#FLOAT64} tensor.
   */
  public DoubleBuffer asDoubleBuffer() {
    return buffer(access(DType.FLOAT64)).asDoubleBuffer();
  }

  /**
   * Returns the element at this index, counted row by row. Throws if this is not an
   * {@link DType#INT8} tensor, or is closed.
   */
  public byte getByte(long index) {
    return access(DType.INT8).getAtIndex(TensorContent.INT8, index);
  }

  /**
   * Sets the element at this index. Throws if this is not an {@link DType#INT8} tensor, is
   * read-only, or is closed.
   */
  public void setByte(long index, byte value) {
    writable(DType.INT8).setAtIndex(TensorContent.INT8, index, value);
  }

  /**
   * Returns a copy of all elements, at most 2^31 - 9, in a new array, row by row. Throws if this is
   * not an {@link DType#INT8} tensor.
   */
  public byte[] toByteArray() {
    return toArray(DType.INT8, byte[]::new);
  }

  /**
   * Returns the element at this index, counted row by row. Throws if this is not an
   * {@link DType#INT16} tensor, or is closed.
   */
  public short getShort(long index) {
    return access(DType.INT16).getAtIndex(TensorContent.INT16, index);
  }

  /**
   * Sets the element at this index. Throws if this is not an {@link DType#INT16} tensor, is
   * read-only, or is closed.
   */
  public void setShort(long index, short value) {
    writable(DType.INT16).setAtIndex(TensorContent.INT16, index, value);
  }

  /**
   * Returns a copy of all elements, at most 2^31 - 9, in a new array, row by row. Throws if this is
   * not an {@link DType#INT16} tensor.
   */
  public short[] toShortArray() {
    return toArray(DType.INT16, short[]::new);
  }

  /**
   * Returns the memory as a typed buffer, if it is smaller than 2 GiB. Throws if this is not an
   * {@link DType#INT16} tensor.
   */
  public ShortBuffer asShortBuffer() {
    return buffer(access(DType.INT16)).asShortBuffer();
  }

  /**
   * Returns the element at this index, counted row by row. Throws if this is not an
   * {@link DType#INT32} tensor, or is closed.
   */
  public int getInt(long index) {
    return access(DType.INT32).getAtIndex(TensorContent.INT32, index);
  }

  /**
   * Sets the element at this index. Throws if this is not an {@link DType#INT32} tensor, is
   * read-only, or is closed.
   */
  public void setInt(long index, int value) {
    writable(DType.INT32).setAtIndex(TensorContent.INT32, index, value);
  }

  /**
   * Returns a copy of all elements, at most 2^31 - 9, in a new array, row by row. Throws if this is
   * not an {@link DType#INT32} tensor.
   */
  public int[] toIntArray() {
    return toArray(DType.INT32, int[]::new);
  }

  /**
   * Returns the memory as a typed buffer, if it is smaller than 2 GiB. Throws if this is not an
   * {@link DType#INT32} tensor.
   */
  public IntBuffer asIntBuffer() {
    return buffer(access(DType.INT32)).asIntBuffer();
  }

  /**
   * Returns the element at this index, counted row by row. Throws if this is not an
   * {@link DType#INT64} tensor, or is closed.
   */
  public long getLong(long index) {
    return access(DType.INT64).getAtIndex(TensorContent.INT64, index);
  }

  /**
   * Sets the element at this index. Throws if this is not an {@link DType#INT64} tensor, is
   * read-only, or is closed.
   */
  public void setLong(long index, long value) {
    writable(DType.INT64).setAtIndex(TensorContent.INT64, index, value);
  }

  /**
   * Returns a copy of all elements, at most 2^31 - 9, in a new array, row by row. Throws if this is
   * not an {@link DType#INT64} tensor.
   */
  public long[] toLongArray() {
    return toArray(DType.INT64, long[]::new);
  }

  /**
   * Returns the memory as a typed buffer, if it is smaller than 2 GiB. Throws if this is not an
   * {@link DType#INT64} tensor.
   */
  public LongBuffer asLongBuffer() {
    return buffer(access(DType.INT64)).asLongBuffer();
  }

  /**
   * Disables this tensor's accessors and releases its memory. Idempotent. Segments, buffers, slices
   * and reshaped tensors taken from it stay valid.
   *
   * <p>If none was taken, closing a view of 1 MiB or more of store memory ends the view: once the
   * ref is closed, too, the memory is free without a garbage collection. Otherwise the memory is
   * free when the garbage collector has found all of them unreachable.
   */
  @Override
  public void close() {
    Runnable told;
    synchronized (this) {
      told = exposed ? null : releaseAction;
      releaseAction = null;
      memory = null;
    }
    if (told != null) {
      told.run();
    }
  }

  /**
   * Returns whether the other object is a tensor of the same type, shape and bytes. By bytes, NaN
   * equals the same NaN and 0.0 differs from -0.0. Reads all elements; a closed tensor equals only
   * itself.
   */
  @Override
  public boolean equals(@Nullable Object other) {
    if (this == other) {
      return true;
    }
    if (!(other instanceof Tensor that) || dtype != that.dtype || !shape.equals(that.shape)) {
      return false;
    }
    MemorySegment mine = memory;
    MemorySegment theirs = that.memory;
    return mine != null && theirs != null && TensorContent.areEqual(mine, theirs);
  }

  /**
   * Returns a hash of type, shape and the first 4 KiB of content; it changes when they are written.
   * Throws if the tensor is closed.
   */
  @Override
  public int hashCode() {
    return Objects.hash(dtype, shape, TensorContent.hashOfHead(memory()));
  }

  /** Returns type and shape, as {@code FLOAT32[3, 4]}, and whether the tensor is closed. */
  @Override
  public String toString() {
    return "Tensor " + dtype + shape + (memory == null ? " (closed)" : "");
  }

  /** Returns a tensor with a copy of an array of elements of this type. */
  private static Tensor copyOf(Object array, int length, DType dtype, long... shape) {
    Shape checked = Shape.covering(length, dtype, shape);
    MemorySegment memory = newMemory(dtype, checked);
    MemorySegment.copy(array, 0, memory, TensorContent.layoutOf(dtype), 0, length);
    return new Tensor(memory, dtype, checked);
  }

  /** Returns a new array with a copy of all elements, which must be of the wanted type. */
  private <A> A toArray(DType wanted, IntFunction<A> maker) {
    MemorySegment from = access(wanted);
    int length = requireIntSize(size(), "elements in an array");
    A array = maker.apply(length);
    MemorySegment.copy(from, TensorContent.layoutOf(wanted), 0, array, 0, length);
    return array;
  }

  private static MemorySegment newMemory(DType dtype, Shape shape) {
    return Arena.ofAuto().allocate(shape.size() * dtype.byteSize(), ALIGNMENT);
  }

  private MemorySegment access(DType wanted) {
    MemorySegment here = memory;
    if (here == null || dtype != wanted) {
      throw refusal(wanted);
    }
    return here;
  }

  private MemorySegment writable(DType wanted) {
    MemorySegment here = access(wanted);
    if (here.isReadOnly()) {
      throw new InvalidRequestException(
          this + " is read-only, as store memory is: set elements of its copy()");
    }
    return here;
  }

  private RuntimeException refusal(DType wanted) {
    return memory == null
        ? closed()
        : new InvalidRequestException(this + " has elements of " + dtype + ", not of " + wanted
            + ": use the accessor of its own format");
  }

  private IllegalStateException closed() {
    return new IllegalStateException(this + " cannot be used any more: it was closed before");
  }

  private ByteBuffer buffer(MemorySegment from) {
    requireIntSize(from.byteSize(), "bytes in a buffer");
    exposed = true;
    try {
      return from.asByteBuffer().order(TensorContent.ORDER);
    } catch (UnsupportedOperationException noBytes) {
      throw new InvalidRequestException(
          this + " wraps a Java array that no ByteBuffer can show; use its copy()");
    }
  }

  private int requireIntSize(long wanted, String what) {
    if (wanted > MAX_BUFFER_BYTES) {
      throw new InvalidRequestException(this + " has " + wanted + " " + what + ", Java has at most "
          + MAX_BUFFER_BYTES + ": use its segment() or a slice");
    }
    return (int) wanted;
  }
}
