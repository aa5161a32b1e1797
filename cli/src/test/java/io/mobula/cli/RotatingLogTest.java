package io.mobula.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RotatingLogTest {
  private static final int BYTES = 40_000;
  private static final int PARTS = 4;

  @TempDir
  private Path folder;

  private static OutputStream open(Path file) throws IOException {
    return Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private PrintStream printer(RotatingLog.FileOpener opener) {
    var log = new RotatingLog(folder.resolve("node.log"), BYTES, PARTS, opener);
    return new PrintStream(log, true, StandardCharsets.UTF_8);
  }

  private String read(String name) throws IOException {
    return Files.readString(folder.resolve(name));
  }

  private long all() throws IOException {
    try (var files = Files.list(folder)) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    }
  }

  @Test
  void keepsTheLatestWithinItsBoundAndSaysHowMuchWasDeleted() throws IOException {
    var printer = printer(RotatingLogTest::open);
    for (int i = 0; i < 20_000; i++) {
      printer.println("line " + i);
      if (i % 1000 == 0) {
        assertThat(all()).isLessThan(BYTES + PARTS * 200L);
      }
    }
    assertThat(all()).isLessThan(BYTES + PARTS * 200L);
    try (var files = Files.list(folder)) {
      assertThat(files).hasSize(PARTS);
    }
    assertThat(read("node.log"))
        .endsWith("line 19999\n")
        .containsPattern(
            "mobula: this log goes on from node.log.1; [1-9]\\d+ older bytes were deleted");
    var joined = read("node.log.3") + read("node.log.2") + read("node.log.1") + read("node.log");
    var lines = joined.lines().filter(line -> line.startsWith("line ")).toList();
    assertThat(lines.getFirst()).isNotEqualTo("line 0");
    int first = Integer.parseInt(lines.getFirst().substring(5));
    assertThat(lines).hasSize(20_000 - first); // no line is lost between two files
  }

  @Test
  void saysHowMuchWasDroppedOnAFullDiskAsSoonAsItCan() throws IOException {
    var full = new AtomicBoolean();
    var printer = printer(file -> {
      var open = open(file);
      return new OutputStream() {
        @Override
        public void write(int one) throws IOException {
          write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
          if (full.get()) {
            throw new IOException("No space left on device");
          }
          open.write(bytes, from, count);
        }
      };
    });
    printer.print("before\n");
    full.set(true);
    printer.print("0123456789");
    printer.print("0123456789");
    full.set(false);
    printer.print("after\n");
    assertThat(read("node.log"))
        .startsWith("before\n")
        .endsWith("after\n")
        .contains("20 bytes were not written to this log since ")
        .contains(": No space left on device")
        .doesNotContain("0123456789");
  }

  @Test
  void neverFailsWhereNothingCanBeWritten() throws IOException {
    var printer = printer(file -> open(Path.of("/dev/full")));
    for (int i = 0; i < 10_000; i++) {
      printer.println("nobody reads this line " + i);
    }
    assertThat(printer.checkError()).isFalse();
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void goesOnWithWhatIsThere() throws IOException {
    Files.writeString(folder.resolve("node.log"), "x".repeat(BYTES / PARTS));
    printer(RotatingLogTest::open).print("next\n");
    assertThat(read("node.log.1")).hasSize(BYTES / PARTS);
    assertThat(read("node.log")).endsWith("next\n");
  }
}
