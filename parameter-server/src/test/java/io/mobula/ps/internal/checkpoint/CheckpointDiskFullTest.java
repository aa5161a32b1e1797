package io.mobula.ps.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ps.error.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests with a full disk of 64 KiB; only root can mount it. */
class CheckpointDiskFullTest {
  @TempDir
  Path directory;

  private Path disk;
  private TableCheckpoints checkpoints;
  private final SampleTable small = SampleTable.of("t", 100, new Random(1));
  private final SampleTable large = SampleTable.of("t", 36_000, new Random(2));

  @BeforeEach
  void mount() throws IOException, InterruptedException {
    disk = Files.createDirectory(directory.resolve("disk"));
    String refusal = run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk.toString());
    if (!refusal.isEmpty()) {
      disk = null;
      System.out.println(
          "CheckpointDiskFullTest is skipped, as no disk can be mounted: " + refusal);
      Assumptions.abort(refusal);
    }
    checkpoints = TableCheckpoints.of(disk, "t");
    small.write(checkpoints, 1, 2);
  }

  @AfterEach
  void unmount() throws IOException, InterruptedException {
    if (disk != null) {
      assertThat(run("umount", disk.toString())).isEmpty();
    }
  }

  /** Runs a command; returns its output if it fails, else an empty text. */
  private static String run(String... command) throws InterruptedException {
    try {
      var process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes());
      int status = process.waitFor();
      return status == 0 ? "" : command[0] + " gave " + status + ": " + said.strip();
    } catch (IOException e) {
      return e.toString();
    }
  }

  private void requireTheOneBefore() {
    small.requireIn(checkpoints.latest().orElseThrow(), "on a full disk");
  }

  @Test
  void removesThePartAndSaysHowMuchRoomThereIs() throws IOException {
    var draft = checkpoints.begin(2);
    long free = Files.getFileStore(disk).getUsableSpace();
    assertThatThrownBy(() -> large.parts(draft, 1))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(draft.resolve("part-00000") + ": wanted 144000 bytes")
        .hasMessageContaining(free + " bytes are free there")
        .hasMessageContaining("No space left on device")
        .hasMessageContaining("The checkpoint before this one is untouched");
    assertThat(draft).isEmptyDirectory();
    requireTheOneBefore();
  }

  @Test
  void leavesTheOneBeforeWhenTheManifestDoesNotFit() throws IOException {
    var draft = checkpoints.begin(2);
    var manifest = small.manifest(small.parts(draft, 2));
    var filler = fill();
    assertThatThrownBy(() -> checkpoints.commit(draft, manifest))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(draft.resolve("manifest") + ": wanted ")
        .hasMessageContaining("No space left on device");
    requireTheOneBefore();
    Files.delete(filler);
    var second = checkpoints.commit(draft, manifest);
    assertThat(checkpoints.latest()).contains(second);
    CheckpointReader.open(second).verify();
  }

  private Path fill() throws IOException {
    var filler = disk.resolve("filler");
    try (var out = Files.newOutputStream(filler)) {
      assertThatThrownBy(() -> {
            for (int written = 0; written < 64 << 10; written++) {
              out.write(1);
            }
          })
          .isInstanceOf(IOException.class);
    }
    return filler;
  }
}
