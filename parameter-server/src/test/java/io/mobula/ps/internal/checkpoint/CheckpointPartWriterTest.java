package io.mobula.ps.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.internal.process.ChildJvm;
import io.mobula.internal.process.ChildPlan;
import io.mobula.ps.error.CheckpointException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointPartWriterTest {
  private static final MemorySegment BLOCK = MemorySegment.ofArray(new float[] {1, 2, 3, 4});

  @TempDir
  Path directory;

  private PartWriter writer() {
    return PartWriter.create(directory, 0, 0, 4, 32);
  }

  @Test
  void removesWhatIsNotFinished() {
    try (var writer = writer()) {
      writer.write(BLOCK);
      assertThat(directory.resolve("part-00000")).exists();
    }
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void keepsWhatIsFinished() {
    var writer = writer();
    writer.write(BLOCK);
    writer.write(BLOCK);
    var part = writer.finish();
    writer.close();
    writer.close();
    assertThat(part.bytes()).isEqualTo(32);
    assertThat(directory.resolve(part.file())).hasSize(32);
    assertThatThrownBy(writer::finish)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("finished or closed already");
    assertThatThrownBy(() -> writer.write(BLOCK)).isInstanceOf(IllegalStateException.class);
    assertThat(directory.resolve(part.file())).hasSize(32);
  }

  @Test
  void refusesBytesTooManyAndTooFew() {
    try (var writer = writer()) {
      writer.write(BLOCK);
      assertThatThrownBy(writer::finish)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("part-00000 has 16 of 32 bytes");
      writer.write(BLOCK.asSlice(0, 12));
      assertThatThrownBy(() -> writer.write(BLOCK.asSlice(0, 5)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("Wanted 4 bytes more at most, got 5")
          .hasMessageContaining("part-00000 is to have 32");
      writer.write(BLOCK.asSlice(0, 3));
      assertThatThrownBy(writer::finish).hasMessageContaining("has 31 of 32 bytes");
      writer.write(BLOCK.asSlice(0, 0));
      writer.write(BLOCK.asSlice(0, 1));
      assertThatThrownBy(() -> writer.write(BLOCK.asSlice(0, 1)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(writer.finish().bytes()).isEqualTo(32);
    }
    assertThat(directory.resolve("part-00000")).hasSize(32);
  }

  @Test
  void takesAShardWithoutItemsAndAFileWithoutBytes() {
    try (var writer = PartWriter.create(directory, 2, 7, 7, 0)) {
      assertThat(writer.finish()).isEqualTo(new CheckpointPart("part-00002", 7, 7, 0, 0));
    }
    assertThat(directory.resolve("part-00002")).isEmptyFile();
  }

  @Test
  void makesNoFileWhereTheRangeCannotBe() {
    for (long[] each : new long[][] {{2, 1, 8}, {-1, 1, 8}, {0, 1, -1}}) {
      assertThatThrownBy(() -> PartWriter.create(directory, 0, each[0], each[1], each[2]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("part-00000 cannot have items");
    }
    assertThatThrownBy(() -> PartWriter.create(directory, -1, 0, 1, 8))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void leavesAFileOfAnotherAlone() throws IOException {
    Files.writeString(directory.resolve("part-00003"), "mine");
    assertThatThrownBy(() -> PartWriter.create(directory, 3, 0, 4, 32))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("part-00003: it is there already");
    assertThat(directory.resolve("part-00003")).hasContent("mine");
  }

  @Test
  void saysWhatIsWrongWhereThereIsNoDirectory() {
    var nowhere = directory.resolve("nowhere");
    assertThatThrownBy(() -> PartWriter.create(nowhere, 0, 0, 4, 88))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(nowhere.resolve("part-00000") + ": wanted 88 bytes")
        .hasMessageContaining("NoSuchFileException");
  }

  @Test
  void removesTheFileWhenItsThreadIsInterrupted() {
    try (var writer = writer()) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> writer.write(BLOCK))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("ClosedByInterruptException")
          .hasMessageContaining("The checkpoint before this one is untouched");
      assertThat(Thread.interrupted()).isTrue();
      assertThat(directory).isEmptyDirectory();
    }
  }

  /** The JDK's checksum of such memory ends the process with SIGBUS, so another JVM tries. */
  @Test
  void memoryThatIsCutEndsNoProcess() throws Exception {
    var lines = new CopyOnWriteArrayList<String>();
    var plan = ChildPlan.of("cut", PartOfCutFile.class.getName()).arguments(directory.toString());
    try (var child = ChildJvm.start(plan, (stream, line) -> lines.add(line))) {
      int code = child.ended().toCompletableFuture().get(1, TimeUnit.MINUTES);
      assertThat(code).as("%s", lines).isZero();
    }
    assertThat(lines).contains("refused");
    assertThat(directory).isDirectoryNotContaining("glob:**part-*");
  }

  /** Writes a part from a mapped file that is cut. */
  static final class PartOfCutFile {
    private PartOfCutFile() {}

    public static void main(String[] arguments) throws IOException {
      var folder = Path.of(arguments[0]);
      try (var arena = Arena.ofConfined();
          var channel = FileChannel.open(
              folder.resolve("memory"),
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
          var writer = PartWriter.create(folder, 0, 0, 4, 32)) {
        var mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, 32, arena);
        channel.truncate(0);
        try {
          writer.write(mapped);
        } catch (InternalError missing) {
          System.out.println("refused");
        }
      }
    }
  }
}
