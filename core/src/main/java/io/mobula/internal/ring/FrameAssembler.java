package io.mobula.internal.ring;

import io.mobula.error.CodecException;
import java.util.Arrays;

/**
 * Joins the parts of one frame, which come in order. A frame larger than {@link #LARGEST_FRAME} is
 * refused with its last part, so that the frames after it are read as usual. For one thread.
 */
public final class FrameAssembler {
  /** How many bytes a frame has at most, on every lane; writers refuse what is larger. */
  public static final int LARGEST_FRAME = 1 << 28;

  private static final byte[] NOTHING = {};

  private byte[] bytes = NOTHING;
  private int size;
  private long refused;

  /** Copies the bytes of a part to where they belong. */
  @FunctionalInterface
  public interface PartSource {
    /** Fills the frame from this position on. */
    void copyTo(byte[] frame, int position);
  }

  /** There is no part yet. */
  public FrameAssembler() {}

  /** Whether a frame has begun, whose last part has not come. */
  public boolean isBegun() {
    return size > 0 || refused > 0;
  }

  /** Adds a part of which more comes. */
  public void add(int length, PartSource part) {
    if (refused > 0 || length > LARGEST_FRAME - size) {
      refused += length + (long) size;
      bytes = NOTHING;
      size = 0;
      return;
    }
    if (size + length > bytes.length) { // doubled, or a frame of n parts would be copied n times
      bytes = Arrays.copyOf(bytes, (int) Math.max(size + length, 2L * bytes.length));
    }
    part.copyTo(bytes, size);
    size += length;
  }

  /**
   * Adds the last part.
   *
   * @return the whole frame
   * @throws CodecException if it is larger than any frame may be
   */
  public byte[] finish(int length, PartSource part) {
    add(length, part);
    long tooMuch = refused;
    var frame = size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
    bytes = NOTHING;
    size = 0;
    refused = 0;
    if (tooMuch > 0) {
      throw tooLarge(tooMuch);
    }
    return frame;
  }

  /** What a writer or reader of so large a frame is told. */
  public static CodecException tooLarge(long length) {
    return new CodecException(
        "A message to another node has " + length + " bytes, more than the " + LARGEST_FRAME
            + " that one may have. Put large values into the store, by Mobula.put, and pass their"
            + " refs; pass fewer arguments at once.",
        null);
  }
}
