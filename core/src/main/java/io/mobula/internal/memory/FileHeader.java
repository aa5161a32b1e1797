package io.mobula.internal.memory;

import io.mobula.error.StoreException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * The first 64 bytes of every file of a store except the life file: the file's kind, store, number
 * and size.
 *
 * <p>{@code docs/memory-layout.md} numbers the bytes, which are little-endian and end with a
 * CRC32C. Decoding trusts nothing: any mismatch becomes a {@link StoreException} that names the
 * file.
 *
 * @param kind what the file holds
 * @param storeId the random number in all files of one store
 * @param index the number of the segment, pin row or ring; 0 for the table and the doorbell
 * @param dataBytes a segment's block space, or the size of one chunk of a file that grows by
 *     chunks, in bytes
 */
public record FileHeader(Kind kind, StoreId storeId, int index, long dataBytes) {
  /** Layout version that this program writes, and the only one that it reads. */
  static final int LAYOUT_VERSION = 1;
  /** Offset of the data in a file: one page, which is reserved for the header. */
  static final int DATA_OFFSET = 4096;
  /** Number of header bytes that this record describes. */
  static final int BYTES = 64;

  /**
   * {@code MOBULA\r\n} read as a little-endian long; the line end reveals a file that was copied as
   * text.
   */
  static final long MAGIC = 0x0A0D_414C_5542_4F4DL;

  private static final int CRC_OFFSET = 56;
  private static final long MAX_BYTES = 1L << 56;

  /** Content type of a file. The codes are part of the layout. */
  public enum Kind {
    /** Blocks that hold objects' content. */
    SEGMENT(1),
    /** Slots of the object table. */
    TABLE(2),
    /** Pin counters of one reader process. */
    PINS(3),
    /** Doorbell that wakes the reader of rings. */
    DOORBELL(4),
    /** Frames from one process to another. */
    RING(5);

    private final int code;

    Kind(int code) {
      this.code = code;
    }

    private static Kind of(int code, String file) {
      for (Kind kind : values()) {
        if (kind.code == code) {
          return kind;
        }
      }
      throw new StoreException(
          file + " is of unknown kind " + code + ": it is no file of a store, or it is damaged");
    }
  }

  /** Identity of a store: 128 random bits, the same in all of its files. */
  public record StoreId(long high, long low) {
    @Override
    public String toString() {
      HexFormat hex = HexFormat.of();
      return hex.toHexDigits(high) + hex.toHexDigits(low);
    }
  }

  /** Rejects values that no header can have. */
  public FileHeader {
    if (index < 0 || dataBytes <= 0 || dataBytes > MAX_BYTES) {
      throw new IllegalArgumentException(
          "No header has index " + index + " and " + dataBytes + " bytes of data");
    }
  }

  /** Encodes the header, positioned for writing to the start of a file. */
  ByteBuffer encode() {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(MAGIC).putInt(LAYOUT_VERSION).putInt(kind.code);
    bytes.putLong(storeId.high()).putLong(storeId.low());
    bytes.putInt(index).putInt(0).putLong(DATA_OFFSET).putLong(dataBytes);
    bytes.putInt(crc(bytes)).putInt(0);
    return bytes.flip();
  }

  /**
   * Throws unless the file is of the wanted kind, store and number.
   *
   * @throws StoreException that names the actual and the wanted values
   */
  public void requireMatch(Kind wantedKind, StoreId wantedStore, int wantedIndex, String file) {
    if (kind != wantedKind || index != wantedIndex || !storeId.equals(wantedStore)) {
      throw new StoreException(file + " is " + kind + " " + index + " of store " + storeId
          + ", wanted " + wantedKind + " " + wantedIndex + " of store " + wantedStore
          + ": it belongs to another store");
    }
  }

  /**
   * Decodes a header and checks it against the size of its file.
   *
   * <p>A segment has all its data from the start. A growing file may have none yet: code that maps
   * a chunk of it checks the size again.
   *
   * @param bytes the start of the file, from position 0
   * @param fileBytes the length of the file, in bytes
   * @param file the file's name, for messages
   * @throws StoreException if the file is not a file of a store, has another layout, or is damaged
   *     or truncated
   */
  static FileHeader decode(ByteBuffer bytes, long fileBytes, String file) {
    if (bytes.limit() < BYTES || fileBytes < DATA_OFFSET) {
      throw new StoreException(file + " is truncated: wanted a header page of " + DATA_OFFSET
          + " bytes, had " + fileBytes);
    }
    ByteBuffer in = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    checkMagicAndVersion(in.getLong(0), in.getInt(8), file);
    checkSum(in, file);
    Kind kind = Kind.of(in.getInt(12), file);
    int index = in.getInt(32);
    long dataOffset = in.getLong(40);
    long dataBytes = in.getLong(48);
    if (index < 0 || dataOffset != DATA_OFFSET || dataBytes <= 0 || dataBytes > MAX_BYTES) {
      throw new StoreException(file + " is damaged: index " + index + ", data at " + dataOffset
          + ", " + dataBytes + " bytes of data");
    }
    if (kind == Kind.SEGMENT && fileBytes - DATA_OFFSET < dataBytes) {
      throw new StoreException(
          file + " is truncated: wanted " + (DATA_OFFSET + dataBytes) + " bytes, had " + fileBytes);
    }
    return new FileHeader(kind, new StoreId(in.getLong(16), in.getLong(24)), index, dataBytes);
  }

  private static void checkMagicAndVersion(long magic, int version, String file) {
    if (magic != MAGIC) {
      throw new StoreException(
          file + " is no file of a store: it begins with 0x" + Long.toHexString(magic));
    }
    if (version != LAYOUT_VERSION) {
      throw new StoreException(file + " has layout version " + version + ", this program reads "
          + LAYOUT_VERSION + ": run the same release of Mobula in all processes of a host");
    }
  }

  private static void checkSum(ByteBuffer in, String file) {
    if (in.getInt(CRC_OFFSET) != crc(in)) {
      throw new StoreException(file + " is damaged: the checksum of its header does not match");
    }
  }

  private static int crc(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate().clear().limit(CRC_OFFSET));
    return (int) crc.getValue();
  }
}
