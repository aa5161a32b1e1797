package io.mobula.internal.codec;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * A value as bytes, with the buffers and external objects that travel beside the bytes.
 *
 * <p>{@code bytes} belongs to the receiver of this record and is a snapshot. {@code buffers} is
 * <em>not</em> a snapshot: the segments are the value's own memory. The caller copies them to their
 * destination in this thread and before user code runs again, or calls {@link #detached()}.
 * {@code externals} are the original objects found in the graph, each once.
 *
 * @param bytes the graph, in the codec's format
 * @param buffers large contents left out of {@code bytes}, in the order in which decoding asks for
 *     them
 * @param externals values of the external types, by the index written for them
 * @param decodesToViews whether decoding makes views of the buffers, which must then live as long
 *     as the value; otherwise decoding copies them
 */
@SuppressWarnings("ArrayRecordComponent") // passed on, never compared
public record EncodedValue(
    byte[] bytes, List<MemorySegment> buffers, List<Object> externals, boolean decodesToViews) {
  /** Keeps both lists as immutable copies; the byte array is not copied. */
  public EncodedValue {
    buffers = List.copyOf(buffers);
    externals = List.copyOf(externals);
  }

  /**
   * Returns the size of the bytes and of all buffers, in bytes. Costs a pass over the list of
   * buffers.
   */
  public long byteSize() {
    long size = bytes.length;
    for (MemorySegment buffer : buffers) {
      size += buffer.byteSize();
    }
    return size;
  }

  /**
   * Returns this value with its buffers copied to fresh read-only memory, so that later writes by
   * the user have no effect on it.
   */
  public EncodedValue detached() {
    if (buffers.isEmpty()) {
      return this;
    }
    List<MemorySegment> copies = new ArrayList<>(buffers.size());
    for (MemorySegment buffer : buffers) {
      copies.add(AlignedMemory.copyOf(buffer));
    }
    return new EncodedValue(bytes, copies, externals, decodesToViews);
  }
}
