package io.mobula.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.internal.codec.EncodedValue;
import io.mobula.internal.memory.CutFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Test of a checkpoint whose value views a mapped file. */
class CheckpointFileTest {
  @TempDir
  Path folder;

  /** The JDK's checksum of such memory ends the process with SIGBUS, so another JVM tries. */
  @Test
  void aStateInMemoryThatIsCutEndsNoProcess() throws Exception {
    assertThat(CutFile.run(CheckpointOfCutFile.class, folder)).contains("1 faults", "exit code 0");
  }

  /** Writes a state that views a mapped file that is cut. */
  static final class CheckpointOfCutFile {
    private CheckpointOfCutFile() {}

    public static void main(String[] arguments) throws IOException {
      var folder = Path.of(arguments[0]);
      int faults = CutFile.faults(
          folder,
          0,
          memory -> {},
          memory -> CheckpointFile.write(
              folder.resolve("state"),
              new byte[0],
              new EncodedValue(new byte[1], List.of(memory), List.of(), true)));
      System.out.println(faults + " faults");
    }
  }
}
