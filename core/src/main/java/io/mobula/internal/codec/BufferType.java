package io.mobula.internal.codec;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.function.Function;

/**
 * Description of a class whose content is one contiguous piece of memory and a small header, so
 * that the content can travel outside the encoded bytes.
 *
 * <p>This is the out-of-band buffer of Python's pickle protocol 5: encoding hands over the segment
 * without copying it, and decoding wraps the given segment, which is a read-only view of store
 * memory. Both sides list the same types in the same order. The functions run in the thread that
 * encodes or decodes and must have no side effects.
 *
 * @param type the class, or a common supertype of the classes, that is handled this way
 * @param segment returns the content of a value; may have zero bytes
 * @param header returns what else is needed to rebuild the value, at most {@value #MAX_HEADER}
 *     bytes
 * @param builder makes the value from a read-only segment, aligned to 8 bytes, and the header
 */
public record BufferType<T>(
    Class<T> type,
    Function<? super T, MemorySegment> segment,
    Function<? super T, byte[]> header,
    ValueBuilder<T> builder) {
  /** Maximum length of a header, in bytes. */
  public static final int MAX_HEADER = 4096;

  /** Rejects null components with {@code NullPointerException}. */
  public BufferType {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(segment, "segment");
    Objects.requireNonNull(header, "header");
    Objects.requireNonNull(builder, "rebuild");
  }

  /**
   * Function that makes a value from its memory and its header. The header comes from outside this
   * process and may be any bytes.
   */
  @FunctionalInterface
  public interface ValueBuilder<T> {
    /** Returns the rebuilt value. An exception thrown here is reported as a decoding error. */
    T rebuild(MemorySegment segment, byte[] header);
  }
}
