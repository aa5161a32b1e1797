package io.mobula.internal.codec;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.function.Function;

/**
 * A class whose content is one stretch of memory and a few words about it, so that it can travel
 * outside the bytes.
 *
 * <p>As out-of-band buffers in Python's pickle protocol 5: encoding hands the segment over without
 * copying it, decoding wraps the segment it is given, which is a read-only view of the store's
 * memory. Both sides list the same types in the same order. The functions run in the thread that
 * encodes or decodes and must be free of side effects.
 *
 * @param type the class, or a supertype of all classes, that is handled this way
 * @param segment the content of a value; zero bytes are fine
 * @param header what else is needed to build the value again, at most {@value #MAX_HEADER} bytes
 * @param builder makes the value from a read-only segment, aligned to 8 bytes, and the header
 */
public record BufferType<T>(
    Class<T> type,
    Function<? super T, MemorySegment> segment,
    Function<? super T, byte[]> header,
    ValueBuilder<T> builder) {
  /** The longest header that is accepted, in bytes. */
  public static final int MAX_HEADER = 4096;

  /** Refuses nulls. */
  public BufferType {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(segment, "segment");
    Objects.requireNonNull(header, "header");
    Objects.requireNonNull(builder, "rebuild");
  }

  /**
   * Makes a value from its memory and its header. Header bytes may be anything: they come from
   * outside.
   */
  @FunctionalInterface
  public interface ValueBuilder<T> {
    /** Returns the value; what it throws is reported as a decoding error. */
    T rebuild(MemorySegment segment, byte[] header);
  }
}
