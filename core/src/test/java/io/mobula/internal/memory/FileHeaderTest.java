package io.mobula.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.mobula.error.StoreException;
import io.mobula.internal.memory.FileHeader.Kind;
import io.mobula.internal.memory.FileHeader.StoreId;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class FileHeaderTest {
  private static final FileHeader HEADER =
      new FileHeader(Kind.SEGMENT, new StoreId(3, -4), 5, 1 << 20);
  private static final long FILE_BYTES = FileHeader.DATA_OFFSET + (1 << 20);

  private static ByteBuffer encoded() {
    return HEADER.encode().order(ByteOrder.LITTLE_ENDIAN);
  }

  private static FileHeader decode(ByteBuffer bytes, long fileBytes) {
    return FileHeader.decode(bytes, fileBytes, "the file");
  }

  /** Corrects the checksum, so that the header fails in the intended check. */
  private static ByteBuffer checked(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate().clear().limit(56));
    return bytes.putInt(56, (int) crc.getValue());
  }

  @Test
  void decodesWhatItEncodes() {
    assertThat(decode(encoded(), FILE_BYTES)).isEqualTo(HEADER);
    assertThat(encoded().remaining()).isEqualTo(FileHeader.BYTES);
    assertThat(new String(encoded().array(), 0, 8, java.nio.charset.StandardCharsets.US_ASCII))
        .isEqualTo("MOBULA\r\n");
  }

  @Test
  void refusesAnotherMagic() {
    assertThatThrownBy(() -> decode(encoded().put(0, (byte) 'm'), FILE_BYTES))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("the file is no file of a store");
  }

  @Test
  void refusesAnotherLayoutAndNamesBoth() {
    assertThatThrownBy(() -> decode(encoded().putInt(8, 2), FILE_BYTES))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("layout version 2, this program reads 1");
    assertThatThrownBy(() -> decode(encoded().putInt(8, 0), FILE_BYTES))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("layout version 0, this program reads 1");
  }

  @Test
  void refusesAFlippedBit() {
    for (int i = 12; i < 60; i++) {
      ByteBuffer bytes = encoded();
      bytes.put(i, (byte) (bytes.get(i) ^ 16));
      assertThatThrownBy(() -> decode(bytes, FILE_BYTES))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("checksum");
    }
  }

  @Test
  void refusesATruncatedFileAndSaysBothSizes() {
    assertThatThrownBy(() -> decode(encoded(), FILE_BYTES - 1))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("truncated: wanted 1052672 bytes, had 1052671");
    assertThatThrownBy(() -> decode(encoded(), 100)).isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> decode(ByteBuffer.allocate(0), 0)).isInstanceOf(StoreException.class);
  }

  @Test
  void acceptsATableThatHasNoChunkYetButNoSegmentWithoutItsData() {
    FileHeader table = new FileHeader(Kind.TABLE, new StoreId(3, -4), 0, 1 << 20);
    assertThat(decode(table.encode(), FileHeader.DATA_OFFSET)).isEqualTo(table);
    assertThatThrownBy(() -> decode(encoded(), FileHeader.DATA_OFFSET))
        .isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> decode(table.encode(), FileHeader.DATA_OFFSET - 1))
        .isInstanceOf(StoreException.class);
  }

  @Test
  void refusesAnotherFileThanWasLookedForAndNamesBoth() {
    assertThatThrownBy(() -> HEADER.requireMatch(Kind.SEGMENT, new StoreId(3, 4), 5, "the file"))
        .isInstanceOf(StoreException.class)
        .hasMessage("the file is SEGMENT 5 of store 0000000000000003fffffffffffffffc, wanted"
            + " SEGMENT 5 of store 00000000000000030000000000000004: it belongs to another store");
    assertThatThrownBy(() -> HEADER.requireMatch(Kind.PINS, new StoreId(3, -4), 5, "the file"))
        .isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> HEADER.requireMatch(Kind.SEGMENT, new StoreId(3, -4), 6, "the file"))
        .isInstanceOf(StoreException.class);
    HEADER.requireMatch(Kind.SEGMENT, new StoreId(3, -4), 5, "the file");
  }

  @Test
  void refusesFieldsThatCannotBeRightThoughTheChecksumIs() {
    assertThatThrownBy(() -> decode(checked(encoded().putInt(12, 9)), FILE_BYTES))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("unknown kind 9");
    assertThatThrownBy(() -> decode(checked(encoded().putInt(32, -1)), FILE_BYTES))
        .isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> decode(checked(encoded().putLong(40, 64)), FILE_BYTES))
        .isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> decode(checked(encoded().putLong(48, -1)), FILE_BYTES))
        .isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> decode(checked(encoded().putLong(48, Long.MAX_VALUE)), FILE_BYTES))
        .isInstanceOf(StoreException.class);
  }

  @Test
  void survivesRandomBytes() {
    long seed = System.nanoTime();
    System.out.println("FileHeaderTest seed " + seed);
    Random random = new Random(seed);
    for (int i = 0; i < 50_000; i++) {
      byte[] bytes = random.nextBoolean()
          ? new byte[random.nextInt(80)]
          : encoded().array().clone();
      for (int flips = random.nextInt(1 + bytes.length); flips > 0; flips--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      decodesOrRefuses(
          random.nextBoolean() && bytes.length > 60 ? checked(little(bytes)).array() : bytes);
    }
  }

  /** Runs its seeds in an ordinary build; with {@code JAZZER_FUZZ=1} it searches. */
  @Tag("jazzer")
  @FuzzTest(maxDuration = "20s")
  void survivesWhatTheFuzzerFinds(byte[] bytes) {
    decodesOrRefuses(bytes);
    if (bytes.length > 60) {
      little(bytes).putLong(0, FileHeader.MAGIC).putInt(8, FileHeader.LAYOUT_VERSION);
      decodesOrRefuses(checked(little(bytes)).array());
    }
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void decodesOrRefuses(byte[] bytes) {
    FileHeader header;
    try {
      header = decode(ByteBuffer.wrap(bytes), FILE_BYTES);
    } catch (StoreException refused) {
      return;
    }
    boolean grows = header.kind() != Kind.SEGMENT; // its last chunk may be partial
    assertThat(header.dataBytes())
        .isBetween(1L, grows ? 1L << 56 : FILE_BYTES - FileHeader.DATA_OFFSET);
    assertThat(header.index()).isNotNegative();
    assertThat(decode(header.encode(), FILE_BYTES)).isEqualTo(header);
  }
}
