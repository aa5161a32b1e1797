package io.mobula.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.internal.process.ChildJvm;
import io.mobula.internal.process.ChildPlan;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MappedChecksumTest {
  private static final int SIZE = 50_000;
  private static final int ROUNDS = 20_000; // enough for the compiler

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
    var lines = new CopyOnWriteArrayList<String>();
    var plan = ChildPlan.of("checksum", SumOfCutFile.class.getName())
        .arguments(folder.resolve("cut").toString());
    try (var child = ChildJvm.start(plan, (stream, line) -> lines.add(line))) {
      int code = child.ended().toCompletableFuture().get(1, TimeUnit.MINUTES);
      assertThat(code).as("%s", lines).isZero();
      assertThat(lines).contains("2 faults");
    }
  }

  /** Sums a mapped file that is cut, in interpreted and in compiled code. */
  static final class SumOfCutFile {
    private SumOfCutFile() {}

    public static void main(String[] arguments) throws IOException {
      var whole = MemorySegment.ofArray(new byte[SIZE]);
      var checksum = new MappedChecksum();
      var file = Path.of(arguments[0]);
      int faults = 0;
      try (var arena = Arena.ofShared();
          var channel = FileChannel.open(
              file,
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE)) {
        var mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, SIZE, arena);
        channel.truncate(0);
        faults += isFault(checksum, mapped) ? 1 : 0;
        for (int i = 0; i < ROUNDS; i++) {
          sum(checksum, whole);
        }
        faults += isFault(checksum, mapped) ? 1 : 0;
      }
      System.out.println(faults + " faults");
    }

    private static boolean isFault(MappedChecksum checksum, MemorySegment mapped) {
      try {
        sum(checksum, mapped);
        return false;
      } catch (InternalError cut) {
        return true;
      }
    }

    private static void sum(MappedChecksum checksum, MemorySegment bytes) {
      checksum.reset();
      checksum.update(bytes);
    }
  }
}
