package io.mobula.internal.ring;

import io.mobula.error.CodecException;
import java.util.Arrays;

/**
 * Assembler of one frame from its parts, which arrive in order. A frame larger than
 * {@link #LARGEST_FRAME} is refused when its last part arrives, so that the frames after it are
 * read as usual. For one thread.
 */
public final class FrameAssembler {
  /** Largest size of a frame in bytes, on every channel; writers refuse larger frames. */
  public static final int LARGEST_FRAME = 1 << 28;

  private static final byte[] NOTHING = {};

  private byte[] bytes = NOTHING;
  private int size;
  private long refused;

  /** Source of the bytes of one part of a frame. */
  @FunctionalInterface
  public interface PartSource {
    /** Copies the bytes of the part into the frame, from this position on. */
    void copyTo(byte[] frame, int position);
  }

  /** Creates an assembler without a part. */
  public FrameAssembler() {}

  /** Returns whether parts of a frame have arrived, but not its last part. */
  public boolean isBegun() {
    return size > 0 || refused > 0;
  }

  /** Adds a part that is not the last part of its frame. */
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
   * Adds the last part of the frame.
   *
   * @return the whole frame
   * @throws CodecException if the frame is larger than {@link #LARGEST_FRAME}
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

  /**
   * Creates the exception for a frame of that many bytes, which is too large to send or receive.
   */
  public static CodecException tooLarge(long length) {
    return new CodecException(
        "A message to another node has " + length + " bytes, more than the " + LARGEST_FRAME
            + " that one may have. Put large values into the store, by Mobula.put, and pass their"
            + " refs; pass fewer arguments at once.",
        null);
  }
}
