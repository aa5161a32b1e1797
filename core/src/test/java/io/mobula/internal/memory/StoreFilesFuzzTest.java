package io.mobula.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.error.StoreException;
import io.mobula.internal.fuzz.DecoderFuzzer;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Fuzz test of altered tables, pins and segments of another process of the host: its objects are
 * read, or the files are rejected. The first byte of an input selects the file whose start it
 * replaces, the second whether the header gets a correct checksum.
 */
@Tag("fuzz")
class StoreFilesFuzzTest {
  private static final int KIB = 1_024;
  private static final List<String> FILES = List.of("table", "pins-1", "segment-0");
  private static final int MARKS = 2;
  private static final int FRONT = FileHeader.DATA_OFFSET + 512;
  private static final int CRC_AT = 56;

  @TempDir
  Path base;

  private SharedStore owner;
  private SharedStore reader;
  private ObjectAddress small;
  private ObjectAddress large;

  @BeforeEach
  void open() throws IOException {
    var layout = new StoreLayout(10, Integer.MAX_VALUE);
    owner = SharedStore.open(
        new StoreOptions(Files.createDirectory(base.resolve("owner")), 256 * KIB, 64 * KIB, false),
        layout);
    reader = SharedStore.open(
        new StoreOptions(Files.createDirectory(base.resolve("reader")), 64 * KIB, 64 * KIB, false),
        layout);
    small = put(100);
    large = put(5_000);
    assertThat(owner.offerRow()).isEqualTo(1);
  }

  @AfterEach
  void close() {
    reader.close();
    owner.close();
  }

  private ObjectAddress put(int bytes) {
    var block = owner.create(bytes);
    block.segment().fill((byte) 7);
    return block.seal().address();
  }

  @Test
  void anObjectIsReadOrItsFilesAreRefused() throws IOException {
    var directory = Path.of(owner.address().directory());
    var whole = new ArrayList<byte[]>();
    var fronts = new ArrayList<byte[]>();
    for (int i = 0; i < FILES.size(); i++) {
      var bytes = Files.readAllBytes(directory.resolve(FILES.get(i)));
      whole.add(bytes);
      var front = new byte[MARKS + Math.min(FRONT, bytes.length)];
      front[0] = (byte) i;
      System.arraycopy(bytes, 0, front, MARKS, front.length - MARKS);
      fronts.add(front);
      var sealed = front.clone();
      sealed[1] = 1;
      fronts.add(sealed);
    }
    DecoderFuzzer.search(
        "files of stores",
        300,
        fronts,
        failure -> failure instanceof StoreException,
        input -> attach(whole, input));
  }

  private void attach(List<byte[]> whole, byte[] input) throws IOException {
    if (input.length < MARKS) {
      return;
    }
    int altered = (input[0] & 0xff) % FILES.size();
    var copy = Files.createTempDirectory(base, "copy-");
    try {
      for (int i = 0; i < FILES.size(); i++) {
        Files.write(
            copy.resolve(FILES.get(i)),
            i == altered ? withFront(whole.get(i), input) : whole.get(i));
      }
      Files.createFile(copy.resolve("reader-1"));
      read(copy);
    } finally {
      try (var files = Files.list(copy)) {
        for (var file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(copy);
    }
  }

  /** Returns the file with the input as its start; a short input replaces the whole file. */
  private static byte[] withFront(byte[] whole, byte[] input) {
    int length = input.length - MARKS;
    var bytes = length < Math.min(FRONT, whole.length)
        ? Arrays.copyOfRange(input, MARKS, input.length)
        : whole.clone();
    System.arraycopy(input, MARKS, bytes, 0, Math.min(length, bytes.length));
    if (input[1] % 2 != 0 && bytes.length >= FileHeader.BYTES) {
      var crc = new CRC32C();
      crc.update(bytes, 0, CRC_AT);
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(CRC_AT, (int) crc.getValue());
    }
    return bytes;
  }

  private void read(Path copy) {
    var id = owner.address().storeId();
    var address = new StoreAddress(copy.toString(), id.high(), id.low());
    var attached = PeerStore.attach(address, 1, new PeerStore.StoreReader(reader, 77, slot -> {}));
    if (attached instanceof AttachResult.Attached(var peer)) {
      try (peer) {
        for (var object : List.of(small, large)) {
          try {
            var there = peer.open(object);
            assertThat(there.byteSize()).isEqualTo(object.bytes());
            assertThat(there.view().toArray(ValueLayout.JAVA_BYTE)).hasSize((int) object.bytes());
          } catch (IllegalStateException freed) {
            assertThat(freed).hasMessageContaining("has been freed");
          }
        }
      }
    }
  }
}
