package io.mobula.internal.spill;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.error.ObjectLostException;
import io.mobula.spi.SpillTarget;
import io.mobula.testkit.fault.ByteFuzzer;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Altered spill files: an object is read as it was, or it is lost and the error names its file. */
@Tag("fuzz")
class SpillFuzzTest {
  private static final int BYTES = 700;

  @TempDir
  Path directory;

  @Test
  void anObjectIsWhatItWasOrIsLost() throws Exception {
    var content = new byte[BYTES];
    new Random(7).nextBytes(content);
    var spilled = SpillDirectory.open(directory, 1 << 20, 4 << 20);
    var first = write(spilled, 1, content);
    var second = write(spilled, 2, content);
    var file = file();
    ByteFuzzer.fuzz("spill files", List.of(Files.readAllBytes(file)), altered -> {
      Files.write(file, altered);
      readOrLost(first, content);
      readOrLost(second, content);
    });
  }

  private static SpillTarget.SpilledObject write(SpillDirectory to, long number, byte[] content) {
    return Objects.requireNonNull(to.write(number, MemorySegment.ofArray(content), true));
  }

  private Path file() throws Exception {
    try (var all = Files.walk(directory)) {
      return all.filter(each -> Files.isRegularFile(each) && size(each) > 2 * BYTES)
          .findFirst()
          .orElseThrow();
    }
  }

  private static long size(Path file) {
    return file.toFile().length();
  }

  private static void readOrLost(SpillTarget.SpilledObject spilledObject, byte[] content) {
    var target = new byte[BYTES];
    try {
      spilledObject.readInto(MemorySegment.ofArray(target));
      assertThat(target).isEqualTo(content);
    } catch (ObjectLostException lost) {
      assertThat(lost).hasMessageContaining("was spilled to ");
    }
  }
}
