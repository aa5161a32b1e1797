package io.mobula.internal.memory;

import io.mobula.error.StoreException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * The first 64 bytes of every file of a store but the life file: what the file is, whose, and how
 * large.
 *
 * <p>The bytes are numbered in {@code docs/memory-layout.md}; they are little-endian and closed by
 * a CRC32C. Decoding trusts nothing: whatever is wrong becomes a {@link StoreException} that names
 * the file.
 *
 * @param kind what the file holds
 * @param storeId the random number all files of one store share
 * @param index the number of the segment, row of pins or ring; 0 for the table and the bell
 * @param dataBytes a segment's block space, or the size of one chunk of a file that grows by
 *     chunks, in bytes
 */
public record FileHeader(Kind kind, StoreId storeId, int index, long dataBytes) {
  /** The layout this program writes, and the only one it reads. */
  static final int LAYOUT_VERSION = 1;
  /** Where data begin: after one page that is the header's alone. */
  static final int DATA_OFFSET = 4096;
  /** How many bytes of that page this record describes. */
  static final int BYTES = 64;

  /** {@code MOBULA\r\n} read as a little-endian long; the line end shows a file copied as text. */
  static final long MAGIC = 0x0A0D_414C_5542_4F4DL;

  private static final int CRC_OFFSET = 56;
  private static final long MOST_BYTES = 1L << 56;

  /** What a file holds. The codes are part of the layout. */
  public enum Kind {
    /** Blocks. */
    SEGMENT(1),
    /** Slots of objects. */
    TABLE(2),
    /** A row of pins. */
    PINS(3),
    /** What wakes the reader of rings. */
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

  /** Which store a file belongs to: 128 random bits. */
  public record StoreId(long high, long low) {
    @Override
    public String toString() {
      HexFormat hex = HexFormat.of();
      return hex.toHexDigits(high) + hex.toHexDigits(low);
    }
  }

  /** Refuses what no header has. */
  public FileHeader {
    if (index < 0 || dataBytes <= 0 || dataBytes > MOST_BYTES) {
      throw new IllegalArgumentException(
          "No header has index " + index + " and " + dataBytes + " bytes of data");
    }
  }

  /** The header as bytes, positioned for writing to the start of a file. */
  ByteBuffer encode() {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(MAGIC).putInt(LAYOUT_VERSION).putInt(kind.code);
    bytes.putLong(storeId.high()).putLong(storeId.low());
    bytes.putInt(index).putInt(0).putLong(DATA_OFFSET).putLong(dataBytes);
    bytes.putInt(crc(bytes)).putInt(0);
    return bytes.flip();
  }

  /**
   * Refuses a file that is another than was looked for: of another kind, store or number.
   *
   * @throws StoreException that says both
   */
  public void requireMatch(Kind wantedKind, StoreId wantedStore, int wantedIndex, String file) {
    if (kind != wantedKind || index != wantedIndex || !storeId.equals(wantedStore)) {
      throw new StoreException(file + " is " + kind + " " + index + " of store " + storeId
          + ", wanted " + wantedKind + " " + wantedIndex + " of store " + wantedStore
          + ": it belongs to another store");
    }
  }

  /**
   * Reads a header and holds it against the size of the file it came from.
   *
   * <p>A segment has all its data from the start. A file that grows may have none yet: whoever maps
   * a chunk of it looks at the size again.
   *
   * @param bytes the start of the file, from position 0
   * @param fileBytes how long the file is, in bytes
   * @param file the file's name, for messages
   * @throws StoreException if this is no file of a store, of another layout, damaged or truncated
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
    if (index < 0 || dataOffset != DATA_OFFSET || dataBytes <= 0 || dataBytes > MOST_BYTES) {
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
