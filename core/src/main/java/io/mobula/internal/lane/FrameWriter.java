package io.mobula.internal.lane;

import io.mobula.ObjectId;
import io.mobula.internal.ring.FrameAssembler;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Encoder of a frame: numbers are little-endian, and everything of variable size is preceded by its
 * length. For one thread and one frame. Every method throws {@link io.mobula.error.CodecException}
 * when the frame gets larger than {@link FrameAssembler#LARGEST_FRAME}.
 */
public final class FrameWriter {
  private byte[] bytes = new byte[128];
  private int size;
  private List<ObjectId> carried = List.of();

  /** Begins a frame of that kind. */
  public static FrameWriter of(FrameKind kind) {
    return new FrameWriter().octet(kind.number());
  }

  /** Returns a copy of the bytes written so far. */
  public byte[] toBytes() {
    return Arrays.copyOf(bytes, size);
  }

  /** Records that a ref to the object travels in this frame. */
  public void addCarriedRef(ObjectId id) {
    if (carried.isEmpty()) {
      carried = new ArrayList<>();
    }
    carried.add(id);
  }

  /** Returns the objects whose refs travel in this frame. */
  public List<ObjectId> carriedRefs() {
    return carried;
  }

  /** Returns the number of bytes written so far. */
  public int size() {
    return size;
  }

  private int room(int more) {
    if (more > bytes.length - size) {
      grow(size + (long) more);
    }
    int at = size;
    size += more;
    return at;
  }

  private void grow(long wanted) {
    if (wanted > FrameAssembler.LARGEST_FRAME) {
      throw FrameAssembler.tooLarge(wanted);
    }
    long doubled = Math.min(2L * bytes.length, FrameAssembler.LARGEST_FRAME);
    bytes = Arrays.copyOf(bytes, (int) Math.max(doubled, wanted));
  }

  /** Writes one byte, such as a kind. */
  public FrameWriter octet(int value) {
    int at = room(1); // before the array is read: it may be replaced here
    bytes[at] = (byte) value;
    return this;
  }

  /** Writes a boolean as one byte. */
  public FrameWriter flag(boolean value) {
    return octet(value ? 1 : 0);
  }

  /** Writes an enum constant as its ordinal, which therefore must never change. */
  @SuppressWarnings("EnumOrdinal")
  public FrameWriter choice(Enum<?> one) {
    return octet(one.ordinal());
  }

  /** Writes a number of 4 bytes. */
  public FrameWriter int32(int value) {
    int at = room(Integer.BYTES);
    LittleEndian.INT.set(bytes, at, value);
    return this;
  }

  /** Writes a number of 8 bytes. */
  public FrameWriter int64(long value) {
    int at = room(Long.BYTES);
    LittleEndian.LONG.set(bytes, at, value);
    return this;
  }

  /** Writes a length and that many bytes. */
  public FrameWriter block(byte[] block) {
    return int32(block.length).raw(block);
  }

  private FrameWriter raw(byte[] block) {
    int at = room(block.length);
    System.arraycopy(block, 0, bytes, at, block.length);
    return this;
  }

  /** Writes a string or null. */
  public FrameWriter text(@Nullable String text) {
    return text == null ? int32(-1) : block(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes a count and that many elements. */
  public <T> FrameWriter list(Collection<T> elements, BiConsumer<FrameWriter, T> each) {
    int32(elements.size());
    elements.forEach(element -> each.accept(this, element));
    return this;
  }
}
