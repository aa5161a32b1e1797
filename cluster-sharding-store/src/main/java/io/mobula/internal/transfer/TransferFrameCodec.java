package io.mobula.internal.transfer;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.mobula.ObjectId;
import io.mobula.internal.memory.MappedChecksum;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Codec of the transfer frames, little endian; {@code docs/protocols.md} has the table of their
 * bytes. Stateless.
 *
 * <p>Every frame begins with a CRC32C of the rest, a version and a type. Readers trust no length:
 * {@link #check} comes first, and each reader checks what it needs.
 */
final class TransferFrameCodec {
  static final byte VERSION = 1;

  static final byte REQUEST = 1;
  static final byte CHUNK = 2;
  static final byte REFUSAL = 3;
  static final byte END = 4;

  /** Bytes of a chunk before its data. */
  static final int CHUNK_HEADER = 24;
  /** Length of the longest frame that is not a chunk; every transport accepts it. */
  static final int MAX_CONTROL_BYTES = 1024;

  private static final int CRC_AT = 0;
  private static final int VERSION_AT = 4;
  private static final int TYPE_AT = 5;
  private static final int SOURCE_AT = 6;
  private static final int PULL_AT = 8;
  private static final int HEADER = 16;
  private static final int FROM_AT = 16;
  private static final int CODE_AT = 16;
  private static final int REFUSED_TEXT_AT = 20;
  private static final int ASK_TEXT_AT = 64;
  private static final int MAX_TEXT = 512;

  /** Result of checking a frame before it is read. */
  enum FrameCheck {
    VALID,
    CORRUPT,
    FOREIGN
  }

  /** Reason why a source does not send. */
  enum Refusal {
    GONE(0),
    BUSY(1);

    private final int code;

    Refusal(int code) {
      this.code = code;
    }
  }

  /**
   * Request of a reader for a range of an object.
   *
   * @param source the reader's number for the source
   * @param pull the reader's random number for the pull
   * @param bytes size of the object as the reader knows it
   * @param replyTo the reader's endpoint
   */
  record RangeRequest(
      int source,
      long pull,
      ObjectId id,
      int attempt,
      long bytes,
      long from,
      long to,
      String replyTo) {
    RangeRequest {
      Objects.requireNonNull(id, "id");
      if (from < 0 || from >= to || to > bytes) {
        throw new IllegalArgumentException(
            "A request for " + from + " to " + to + " of " + bytes + " bytes");
      }
    }
  }

  private TransferFrameCodec() {}

  /** Checks whether the bytes are a frame of this version with a right checksum. */
  static FrameCheck check(DirectBuffer buffer, int offset, int length, MappedChecksum crc) {
    if (length < HEADER || buffer.getByte(offset + VERSION_AT) != VERSION) {
      return FrameCheck.FOREIGN;
    }
    int sum = checksum(buffer, offset + VERSION_AT, length - VERSION_AT, crc);
    return sum == buffer.getInt(offset + CRC_AT, LITTLE_ENDIAN)
        ? FrameCheck.VALID
        : FrameCheck.CORRUPT;
  }

  static byte type(DirectBuffer buffer, int offset) {
    return buffer.getByte(offset + TYPE_AT);
  }

  static int source(DirectBuffer buffer, int offset) {
    return Short.toUnsignedInt(buffer.getShort(offset + SOURCE_AT, LITTLE_ENDIAN));
  }

  static long pull(DirectBuffer buffer, int offset) {
    return buffer.getLong(offset + PULL_AT, LITTLE_ENDIAN);
  }

  static long chunkFrom(DirectBuffer buffer, int offset) {
    return buffer.getLong(offset + FROM_AT, LITTLE_ENDIAN);
  }

  /** Copies a chunk's data to its place in the target. */
  static void copyChunk(DirectBuffer buffer, int offset, int length, MemorySegment target) {
    MemorySegment.copy(
        segment(buffer, offset + CHUNK_HEADER, length - CHUNK_HEADER),
        0,
        target,
        chunkFrom(buffer, offset),
        length - CHUNK_HEADER);
  }

  /** Writes a chunk, with its data copied from the object. */
  static void writeChunk(
      MutableDirectBuffer buffer,
      int offset,
      int source,
      long pull,
      MemorySegment from,
      long at,
      int bytes,
      MappedChecksum crc) {
    header(buffer, offset, CHUNK, source, pull);
    buffer.putLong(offset + FROM_AT, at, LITTLE_ENDIAN);
    MemorySegment.copy(from, at, segment(buffer, offset + CHUNK_HEADER, bytes), 0, bytes);
    seal(buffer, offset, CHUNK_HEADER + bytes, crc);
  }

  static int askLength(RangeRequest rangeRequest) {
    return ASK_TEXT_AT + 2 + bytesOf(rangeRequest.replyTo).length;
  }

  static void writeRequest(
      MutableDirectBuffer buffer, int offset, RangeRequest rangeRequest, MappedChecksum crc) {
    header(buffer, offset, REQUEST, rangeRequest.source, rangeRequest.pull);
    buffer.putLong(offset + 16, rangeRequest.id.node(), LITTLE_ENDIAN);
    buffer.putLong(offset + 24, rangeRequest.id.task(), LITTLE_ENDIAN);
    buffer.putInt(offset + 32, rangeRequest.id.index(), LITTLE_ENDIAN);
    buffer.putInt(offset + 36, rangeRequest.attempt, LITTLE_ENDIAN);
    buffer.putLong(offset + 40, rangeRequest.bytes, LITTLE_ENDIAN);
    buffer.putLong(offset + 48, rangeRequest.from, LITTLE_ENDIAN);
    buffer.putLong(offset + 56, rangeRequest.to, LITTLE_ENDIAN);
    seal(buffer, offset, putText(buffer, offset, ASK_TEXT_AT, rangeRequest.replyTo), crc);
  }

  /**
   * Reads a range request.
   *
   * @throws IllegalArgumentException when the frame is too short or requests an impossible range
   */
  static RangeRequest readRequest(DirectBuffer buffer, int offset, int length) {
    String replyTo = text(buffer, offset, ASK_TEXT_AT, length);
    var id = new ObjectId(
        buffer.getLong(offset + 16, LITTLE_ENDIAN),
        buffer.getLong(offset + 24, LITTLE_ENDIAN),
        buffer.getInt(offset + 32, LITTLE_ENDIAN));
    return new RangeRequest(
        source(buffer, offset),
        pull(buffer, offset),
        id,
        buffer.getInt(offset + 36, LITTLE_ENDIAN),
        buffer.getLong(offset + 40, LITTLE_ENDIAN),
        buffer.getLong(offset + 48, LITTLE_ENDIAN),
        buffer.getLong(offset + 56, LITTLE_ENDIAN),
        replyTo);
  }

  static int refusedLength(String text) {
    return REFUSED_TEXT_AT + 2 + bytesOf(text).length;
  }

  static void writeRefusal(
      MutableDirectBuffer buffer,
      int offset,
      int source,
      long pull,
      Refusal refusal,
      String text,
      MappedChecksum crc) {
    header(buffer, offset, REFUSAL, source, pull);
    buffer.putInt(offset + CODE_AT, refusal.code, LITTLE_ENDIAN);
    seal(buffer, offset, putText(buffer, offset, REFUSED_TEXT_AT, text), crc);
  }

  /**
   * Returns the reason of a refusal. A code that this version does not know counts as
   * {@link Refusal#GONE}.
   */
  static Refusal refusal(DirectBuffer buffer, int offset, int length) {
    require(length >= REFUSED_TEXT_AT, "A refusal of " + length + " bytes");
    int code = buffer.getInt(offset + CODE_AT, LITTLE_ENDIAN);
    return code == Refusal.BUSY.code ? Refusal.BUSY : Refusal.GONE;
  }

  static String refusalText(DirectBuffer buffer, int offset, int length) {
    return text(buffer, offset, REFUSED_TEXT_AT, length);
  }

  static int endLength() {
    return HEADER;
  }

  static void writeEnd(
      MutableDirectBuffer buffer, int offset, int source, long pull, MappedChecksum crc) {
    header(buffer, offset, END, source, pull);
    seal(buffer, offset, HEADER, crc);
  }

  private static void header(
      MutableDirectBuffer buffer, int offset, byte type, int source, long pull) {
    buffer.putByte(offset + VERSION_AT, VERSION);
    buffer.putByte(offset + TYPE_AT, type);
    buffer.putShort(offset + SOURCE_AT, (short) source, LITTLE_ENDIAN);
    buffer.putLong(offset + PULL_AT, pull, LITTLE_ENDIAN);
  }

  private static void seal(MutableDirectBuffer buffer, int offset, int length, MappedChecksum crc) {
    int sum = checksum(buffer, offset + VERSION_AT, length - VERSION_AT, crc);
    buffer.putInt(offset + CRC_AT, sum, LITTLE_ENDIAN);
  }

  private static int putText(MutableDirectBuffer buffer, int offset, int at, String text) {
    byte[] bytes = bytesOf(text);
    buffer.putShort(offset + at, (short) bytes.length, LITTLE_ENDIAN);
    buffer.putBytes(offset + at + 2, bytes);
    return at + 2 + bytes.length;
  }

  private static String text(DirectBuffer buffer, int offset, int at, int length) {
    require(length >= at + 2, "A frame of " + length + " bytes that should have a text");
    int bytes = Short.toUnsignedInt(buffer.getShort(offset + at, LITTLE_ENDIAN));
    require(
        bytes <= MAX_TEXT && length == at + 2 + bytes,
        "A text of " + bytes + " bytes in a frame of " + length);
    byte[] copy = new byte[bytes];
    buffer.getBytes(offset + at + 2, copy);
    return new String(copy, StandardCharsets.UTF_8);
  }

  private static byte[] bytesOf(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return bytes.length <= MAX_TEXT ? bytes : Arrays.copyOf(bytes, MAX_TEXT);
  }

  private static void require(boolean right, String message) {
    if (!right) {
      throw new IllegalArgumentException(message);
    }
  }

  private static int checksum(DirectBuffer buffer, int offset, int length, MappedChecksum crc) {
    crc.reset();
    crc.update(buffer, offset, length);
    return crc.value();
  }

  private static MemorySegment segment(DirectBuffer buffer, int offset, int length) {
    byte[] array = buffer.byteArray();
    return array != null
        ? MemorySegment.ofArray(array).asSlice(buffer.wrapAdjustment() + offset, length)
        : MemorySegment.ofBuffer(bytes(buffer, offset, length));
  }

  /**
   * Returns the bytes as a byte buffer. The buffers here always wrap an array or a byte buffer,
   * never a raw address.
   */
  private static ByteBuffer bytes(DirectBuffer buffer, int offset, int length) {
    return buffer.byteBuffer().slice(buffer.wrapAdjustment() + offset, length);
  }
}
