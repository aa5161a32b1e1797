package io.mobula.samples.fashion;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * File of unsigned bytes in IDX, the format of the MNIST family, plain or compressed by gzip. All
 * numbers are big-endian:
 *
 * <pre>
 * offset        bytes  content
 * 0             2      zero
 * 2             1      8: the values are unsigned bytes
 * 3             1      d, the number of dimensions that follow
 * 4             4 d    the sizes; the first is the number of items
 * 4 + 4 d       ...    the values, item after item
 * </pre>
 */
final class IdxFile {
  private static final int UNSIGNED_BYTES = 0x08 << 8;

  /**
   * Limit of items, above that of every set of this family, so that an altered header cannot
   * request gigabytes.
   */
  private static final int MAX_ITEMS = 1_000_000;

  private static final int BUFFER = 1 << 16;

  private final Path file;
  private final DataInputStream in;

  private IdxFile(Path file, DataInputStream in) {
    this.file = file;
    this.in = in;
  }

  /**
   * Reads all values of a file.
   *
   * @param item expected sizes of an item; none if an item is one byte
   * @throws IdxException when the content of the file is damaged
   */
  static byte[] values(Path file, int... item) throws IOException {
    try (InputStream raw = Files.newInputStream(file);
        var in = new DataInputStream(unzipped(new BufferedInputStream(raw, BUFFER)))) {
      return new IdxFile(file, in).values(item);
    } catch (EOFException e) {
      throw new IdxException(file, "ends too early", e);
    } catch (ZipException e) {
      throw new IdxException(file, "is not whole: " + e.getMessage(), e);
    }
  }

  private static InputStream unzipped(BufferedInputStream in) throws IOException {
    in.mark(2);
    boolean zipped = in.read() == 0x1f && in.read() == 0x8b;
    in.reset();
    return zipped ? new GZIPInputStream(in, BUFFER) : in;
  }

  private byte[] values(int[] item) throws IOException {
    checkMagic(UNSIGNED_BYTES + 1 + item.length);
    int items = in.readInt();
    if (items < 1 || items > MAX_ITEMS) {
      throw new IdxException(file, "announces " + items + " items, not 1 to " + MAX_ITEMS);
    }
    return values(Math.multiplyExact(items, itemBytes(item)));
  }

  private void checkMagic(int wanted) throws IOException {
    int magic = in.readInt();
    if (magic != wanted) {
      throw new IdxException(file, "begins with %#010x, not %#010x".formatted(magic, wanted));
    }
  }

  private int itemBytes(int[] item) throws IOException {
    int bytes = 1;
    for (int wanted : item) {
      int size = in.readInt();
      if (size != wanted) {
        throw new IdxException(file, "has items with a side of " + size + ", not " + wanted);
      }
      bytes *= size;
    }
    return bytes;
  }

  /** Reads the values and continues to the end of the file, since gzip's checksum comes last. */
  private byte[] values(int bytes) throws IOException {
    var values = new byte[bytes];
    int there = in.readNBytes(values, 0, bytes);
    if (there < bytes) {
      throw new IdxException(
          file, "ends too early: " + there + " bytes of the " + bytes + " that it announces");
    }
    if (in.read() >= 0) {
      throw new IdxException(file, "goes on after the " + bytes + " bytes that it announces");
    }
    return values;
  }
}
