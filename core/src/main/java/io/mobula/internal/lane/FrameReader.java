package io.mobula.internal.lane;

import io.mobula.ObjectId;
import io.mobula.error.CodecException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Decoder of a frame, which reads the fields in the order in which {@link FrameWriter} wrote them.
 * For one thread. A malformed frame is refused with {@link CodecException}, whatever its bytes are.
 */
public final class FrameReader {
  /**
   * Initial capacity of lists: a false count allocates no memory for elements that do not follow.
   */
  private static final int FIRST_ROOM = 64;

  private final byte[] bytes;
  private int at;
  private List<ObjectId> brought = List.of();

  /** Creates a reader at the start of these bytes. */
  public FrameReader(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Records that this frame has brought a ref to the object. */
  public void addReceivedRef(ObjectId id) {
    if (brought.isEmpty()) {
      brought = new ArrayList<>();
    }
    brought.add(id);
  }

  /** Returns the objects whose refs have been read from this frame so far. */
  public List<ObjectId> receivedRefs() {
    return brought;
  }

  /** Returns the number of bytes read so far. */
  public int position() {
    return at;
  }

  /** Continues at the last {@code count} bytes, and skips everything unread before them. */
  public void skipToLast(int count) {
    at = Math.max(0, bytes.length - count);
  }

  private int take(int count) {
    if (count < 0 || count > bytes.length - at) {
      throw new CodecException(
          "A frame of " + bytes.length + " bytes wants " + count + " more after " + at
              + ": it is cut, or of another release.",
          null);
    }
    int from = at;
    at += count;
    return from;
  }

  /** Reads one byte as an unsigned number. */
  public int octet() {
    return bytes[take(1)] & 0xff;
  }

  /** Reads one byte as a boolean. */
  public boolean flag() {
    return octet() != 0;
  }

  /** Reads one byte as an index into these constants. */
  public <E> E choice(E[] all) {
    int place = octet();
    if (place >= all.length) {
      throw new CodecException(
          "A frame has choice " + place + " of " + all.length + ": it is of another release.",
          null);
    }
    return all[place];
  }

  /** Reads a number of 4 bytes. */
  public int int32() {
    return (int) LittleEndian.INT.get(bytes, take(Integer.BYTES));
  }

  /** Reads a number of 8 bytes. */
  public long int64() {
    return (long) LittleEndian.LONG.get(bytes, take(Long.BYTES));
  }

  /** Reads a length and that many bytes, and copies them. */
  public byte[] block() {
    return bytesOf(int32());
  }

  /**
   * Creates a value from fields that have been read. Fields that no writer produces are refused
   * with {@link CodecException}.
   *
   * @param make throws {@link IllegalArgumentException} if the fields are invalid
   */
  public <T> T construct(Supplier<T> make) {
    try {
      return make.get();
    } catch (IllegalArgumentException wrong) {
      throw new CodecException(
          "A frame cannot be right before byte " + at + ": " + wrong.getMessage(), wrong);
    }
  }

  private byte[] bytesOf(int length) {
    int from = take(length);
    return Arrays.copyOfRange(bytes, from, from + length);
  }

  /** Reads a string that must not be null. */
  public String text() {
    var text = optionalText();
    if (text == null) {
      throw new CodecException("A frame lacks a text before byte " + at + ".", null);
    }
    return text;
  }

  /** Reads a string or null. */
  public @Nullable String optionalText() {
    int length = int32();
    return length == -1 ? null : new String(bytes, take(length), length, StandardCharsets.UTF_8);
  }

  /**
   * Reads the number of elements that follow. Each takes at least one byte, so there cannot be more
   * elements than bytes left.
   */
  public int count() {
    int count = int32();
    if (count < 0 || count > bytes.length - at) {
      throw new CodecException(
          "A frame of " + bytes.length + " bytes claims " + count + " elements after byte " + at
              + ": it is damaged, or of another release.",
          null);
    }
    return count;
  }

  /** Reads a count and that many elements, each of at least one byte. */
  public <T> List<T> list(Function<FrameReader, T> each) {
    int count = count();
    var elements = new ArrayList<T>(Math.min(count, FIRST_ROOM));
    for (int i = 0; i < count; i++) {
      elements.add(each.apply(this));
    }
    return elements;
  }
}
