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
 * Builds a frame: little-endian numbers, lengths before whatever varies. For one thread and one
 * frame. Every method throws {@link io.mobula.error.CodecException} when the frame gets larger than
 * any may be ({@link FrameAssembler#LARGEST_FRAME}).
 */
public final class FrameWriter {
  private byte[] bytes = new byte[128];
  private int size;
  private List<ObjectId> carried = List.of();

  /** The frame so far, as an array of its own. */
  public byte[] toBytes() {
    return Arrays.copyOf(bytes, size);
  }

  /** Notes that a ref to the object travels in this frame. */
  public void addCarriedRef(ObjectId id) {
    if (carried.isEmpty()) {
      carried = new ArrayList<>();
    }
    carried.add(id);
  }

  /** The objects whose refs travel in this frame. */
  public List<ObjectId> carriedRefs() {
    return carried;
  }

  /** How many bytes there are. */
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

  /** One byte: kinds and flags. */
  public FrameWriter octet(int value) {
    int at = room(1); // before the array is read: it may be another one then
    bytes[at] = (byte) value;
    return this;
  }

  /** One bit, in a byte. */
  public FrameWriter flag(boolean value) {
    return octet(value ? 1 : 0);
  }

  /** One of few, by its place among them, which therefore never changes. */
  @SuppressWarnings("EnumOrdinal")
  public FrameWriter choice(Enum<?> one) {
    return octet(one.ordinal());
  }

  /** 4 bytes. */
  public FrameWriter int32(int value) {
    int at = room(Integer.BYTES);
    LittleEndian.INT.set(bytes, at, value);
    return this;
  }

  /** 8 bytes. */
  public FrameWriter int64(long value) {
    int at = room(Long.BYTES);
    LittleEndian.LONG.set(bytes, at, value);
    return this;
  }

  /** A length and so many bytes. */
  public FrameWriter block(byte[] block) {
    return int32(block.length).raw(block);
  }

  private FrameWriter raw(byte[] block) {
    int at = room(block.length);
    System.arraycopy(block, 0, bytes, at, block.length);
    return this;
  }

  /** A string, or its absence. */
  public FrameWriter text(@Nullable String text) {
    return text == null ? int32(-1) : block(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A count and so many elements. */
  public <T> FrameWriter list(Collection<T> elements, BiConsumer<FrameWriter, T> each) {
    int32(elements.size());
    elements.forEach(element -> each.accept(this, element));
    return this;
  }
}
