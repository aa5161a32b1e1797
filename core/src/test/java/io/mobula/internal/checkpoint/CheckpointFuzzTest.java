package io.mobula.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.mobula.error.ActorCheckpointException;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.codec.CodecOptions;
import io.mobula.internal.fuzz.DecoderFuzzer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Fuzz test of altered checkpoint files, with and without matching checksums: the state that is
 * read is the one that was saved, or the file is rejected and named.
 */
class CheckpointFuzzTest {
  private static final Codec CODEC = Codec.create(CodecOptions.defaults());
  private static final int FRONT = 20;
  private static final int LINE = 64;

  @TempDir
  static Path directory;

  /** Returns a state without buffers, one with buffers, and the definition of a durable actor. */
  static Stream<Arguments> seeds() throws Exception {
    return written().stream().map(bytes -> Arguments.of((Object) bytes));
  }

  private static List<byte[]> written() throws Exception {
    var base = Files.createTempDirectory("mobula-checkpoints-");
    var files = new FileCheckpointStore(base, CODEC, "actor \"hits\"");
    var version = new CheckpointVersion(2, 7);
    files.save(new SavedState(version, new byte[] {1, 2, 3}, Map.of("hits", 7L)));
    var small = Files.readAllBytes(base.resolve(version + ".state"));
    files.save(new SavedState(version, new byte[0], List.of(new byte[3_000], new long[400])));
    var large = Files.readAllBytes(base.resolve(version + ".state"));
    files.define(new FileCheckpointStore.Definition(new byte[] {9, 9}, new Object[] {"maker", 1}));
    var definition = Files.readAllBytes(base.resolve("definition"));
    files.delete();
    return List.of(small, large, definition);
  }

  @Tag("fuzz")
  @Test
  void anAlteredFileIsReadOrRefused() throws Exception {
    DecoderFuzzer.search(
        "checkpoint files", 100, written(), CheckpointFuzzTest::isRefusal, this::read);
  }

  @MethodSource("seeds")
  @Tag("jazzer")
  @FuzzTest(maxDuration = "10s")
  void whateverTheBytesAre(byte[] bytes) throws Exception {
    try {
      read(bytes);
    } catch (ActorCheckpointException refused) {
      assertThat(refused).hasMessageContaining("state");
    }
  }

  private static boolean isRefusal(Throwable failure) {
    return failure instanceof ActorCheckpointException
        && String.valueOf(failure.getMessage()).contains(directory.toString());
  }

  private void read(byte[] bytes) throws Exception {
    var files = new FileCheckpointStore(directory, CODEC, "actor");
    var file = directory.resolve("2.7.state");
    Files.write(file, bytes);
    try {
      files.latest(CheckpointVersion.NONE);
    } catch (ActorCheckpointException refused) {
      assertThat(refused).hasMessageContaining(file.toString());
    }
    Files.write(file, sealed(bytes));
    files.latest(CheckpointVersion.NONE);
  }

  /** Returns the file with matching checksums, so that the code behind the checks is reached. */
  private static byte[] sealed(byte[] bytes) {
    if (bytes.length < FRONT + 2 * Integer.BYTES) {
      return bytes;
    }
    var all = ByteBuffer.wrap(bytes.clone()).order(ByteOrder.LITTLE_ENDIAN);
    all.putLong(0, 0x31544B5043424F4DL).putInt(8, 1);
    int front = FRONT + Math.floorMod(all.getInt(12), bytes.length - FRONT - 2 * Integer.BYTES + 1);
    all.putInt(12, front - FRONT);
    all.putInt(front, checksum(all.array(), 0, front));
    int content = (front + Integer.BYTES + LINE - 1) / LINE * LINE;
    if (content <= bytes.length - Integer.BYTES) {
      int end = bytes.length - Integer.BYTES;
      all.putInt(end, checksum(all.array(), content, end - content));
    }
    return all.array();
  }

  private static int checksum(byte[] bytes, int from, int length) {
    var crc = new CRC32C();
    crc.update(Arrays.copyOfRange(bytes, from, from + length));
    return (int) crc.getValue();
  }
}
