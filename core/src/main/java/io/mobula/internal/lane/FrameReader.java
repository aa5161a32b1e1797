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
 * Takes a frame apart, in the order {@link FrameWriter} built it. For one thread. Whatever the
 * bytes are, a frame that is not whole is refused with {@link CodecException}.
 */
public final class FrameReader {
  /** Lists grow from this: a count that lies takes no memory for what does not come. */
  private static final int FIRST_ROOM = 64;

  private final byte[] bytes;
  private int at;
  private List<ObjectId> brought = List.of();

  /** Reads from the start. */
  public FrameReader(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Notes that a ref to the object has come in this frame. */
  public void addReceivedRef(ObjectId id) {
    if (brought.isEmpty()) {
      brought = new ArrayList<>();
    }
    brought.add(id);
  }

  /** The objects whose refs have come in this frame, as far as it is read. */
  public List<ObjectId> receivedRefs() {
    return brought;
  }

  /** How many bytes have been read. */
  public int position() {
    return at;
  }

  /** Goes on with the last bytes, whatever is unread before them. */
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

  /** One byte. */
  public int octet() {
    return bytes[take(1)] & 0xff;
  }

  /** One bit. */
  public boolean flag() {
    return octet() != 0;
  }

  /** One of these. */
  public <E> E choice(E[] all) {
    int place = octet();
    if (place >= all.length) {
      throw new CodecException(
          "A frame names choice " + place + " of " + all.length + ": it is of another release.",
          null);
    }
    return all[place];
  }

  /** 4 bytes. */
  public int int32() {
    return (int) LittleEndian.INT.get(bytes, take(Integer.BYTES));
  }

  /** 8 bytes. */
  public long int64() {
    return (long) LittleEndian.LONG.get(bytes, take(Long.BYTES));
  }

  /** A length and so many bytes, copied. */
  public byte[] block() {
    return bytesOf(int32());
  }

  /**
   * What is made of parts that have been read before: such as no writer makes are refused.
   *
   * @param make throws {@link IllegalArgumentException} where its parts cannot be right
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

  /** A string that must be there. */
  public String text() {
    var text = optionalText();
    if (text == null) {
      throw new CodecException("A frame lacks a text before byte " + at + ".", null);
    }
    return text;
  }

  /** A string, or null. */
  public @Nullable String optionalText() {
    int length = int32();
    return length == -1 ? null : new String(bytes, take(length), length, StandardCharsets.UTF_8);
  }

  /**
   * How many elements follow; each takes at least one byte, so that there are no more than bytes.
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

  /** A count and so many elements; each takes at least one byte. */
  public <T> List<T> list(Function<FrameReader, T> each) {
    int count = count();
    var elements = new ArrayList<T>(Math.min(count, FIRST_ROOM));
    for (int i = 0; i < count; i++) {
      elements.add(each.apply(this));
    }
    return elements;
  }
}
