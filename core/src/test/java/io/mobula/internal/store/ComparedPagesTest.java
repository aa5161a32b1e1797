package io.mobula.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.internal.codec.EncodedValue;
import io.mobula.internal.memory.CutFile;
import io.mobula.tensor.DType;
import io.mobula.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Test of comparisons with memory of which pages are missing. */
class ComparedPagesTest {
  private static final int CODEC_BYTES = 10_000;
  private static final int BUFFER_BYTES = 100;
  private static final int BUFFER_OFFSET = 10_048; // header, one entry and the codec's bytes

  @TempDir
  Path folder;

  private static EncodedValue encoded(MemorySegment buffer) {
    return new EncodedValue(new byte[CODEC_BYTES], List.of(buffer), List.of(), true);
  }

  @Test
  void aSealedValueMatchesTheBytesThatItWasWrittenFrom() {
    try (var arena = Arena.ofConfined()) {
      var object = arena.allocate(CutFile.SIZE);
      SealedLayout.write(encoded(arena.allocate(BUFFER_BYTES)), object);
      var buffer = object.asSlice(BUFFER_OFFSET, BUFFER_BYTES);
      var bytes = new byte[CODEC_BYTES];
      assertThat(SealedLayout.matches(object, bytes, buffer)).isTrue();
      assertThat(SealedLayout.matches(object, new byte[CODEC_BYTES + 1], buffer))
          .isFalse();
      bytes[CODEC_BYTES - 1] = 1;
      assertThat(SealedLayout.matches(object, bytes, buffer)).isFalse();
    }
  }

  /** The JDK's comparison of such memory ends the process with SIGBUS, so another JVM tries. */
  @Test
  void comparingAMappedFileThatIsCutEndsNoProcess() throws Exception {
    assertThat(CutFile.run(ComparisonOfCutFile.class, folder))
        .contains("tensors: 2 faults", "sealed values: 2 faults", "exit code 0");
  }

  /** Compares a mapped file that is cut with what it was written from. */
  static final class ComparisonOfCutFile {
    private ComparisonOfCutFile() {}

    public static void main(String[] arguments) throws IOException {
      var folder = Path.of(arguments[0]);
      var zeros = Tensor.allocate(DType.INT8, CutFile.SIZE);
      int tensors = CutFile.faults(
          folder,
          CutFile.ROUNDS,
          memory -> {},
          memory -> require(Tensor.wrap(memory, DType.INT8).equals(zeros)));
      System.out.println("tensors: " + tensors + " faults");
      var bytes = new byte[CODEC_BYTES];
      int values = CutFile.faults(
          folder,
          CutFile.ROUNDS,
          memory -> SealedLayout.write(encoded(Arena.ofAuto().allocate(BUFFER_BYTES)), memory),
          memory -> require(
              SealedLayout.matches(memory, bytes, memory.asSlice(BUFFER_OFFSET, BUFFER_BYTES))));
      System.out.println("sealed values: " + values + " faults");
    }

    private static void require(boolean equal) {
      if (!equal) { // as after a read of a missing page, whose error follows
        Thread.onSpinWait();
      }
    }
  }
}
