package io.mobula.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.CRC32C;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MappedChecksumTest {
  private static final int SIZE = 50_000;

  @TempDir
  Path folder;

  @Test
  void isTheSameAsThatOfTheJdk() {
    var bytes = new byte[SIZE];
    new Random(1).nextBytes(bytes);
    var crc = new CRC32C();
    crc.update(bytes, 100, SIZE - 100);
    try (var arena = Arena.ofConfined()) {
      var memory = arena.allocate(SIZE);
      memory.copyFrom(MemorySegment.ofArray(bytes));
      var checksum = new MappedChecksum();
      checksum.update(memory.asSlice(0, 100));
      checksum.reset();
      checksum.update(memory.asSlice(100));
      assertThat(checksum.value()).isEqualTo((int) crc.getValue());
      checksum.reset();
      checksum.update(new UnsafeBuffer(memory.asByteBuffer()), 100, SIZE - 100);
      assertThat(checksum.value()).isEqualTo((int) crc.getValue());
      checksum.reset();
      checksum.update(new UnsafeBuffer(ByteBuffer.wrap(bytes)), 100, SIZE - 100);
      assertThat(checksum.value()).isEqualTo((int) crc.getValue());
    }
  }

  /** The JDK's checksum of such memory ends the process with SIGBUS, so another JVM tries. */
  @Test
  void aMappedFileThatIsCutEndsNoProcess() throws Exception {
    assertThat(CutFile.run(SumOfCutFile.class, folder)).contains("2 faults", "exit code 0");
  }

  /** Sums a mapped file that is cut. */
  static final class SumOfCutFile {
    private SumOfCutFile() {}

    public static void main(String[] arguments) throws IOException {
      var checksum = new MappedChecksum();
      int faults = CutFile.faults(Path.of(arguments[0]), CutFile.ROUNDS, memory -> {}, memory -> {
        checksum.reset();
        checksum.update(memory);
      });
      System.out.println(faults + " faults");
    }
  }
}
