package io.mobula.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Test that runs every sample in this JVM with little work, and checks its last line. */
@ResourceLock(Resources.SYSTEM_OUT)
class SamplesTest {
  private static final Path SOURCES = Path.of("src", "main", "java", "io", "mobula", "samples");
  private static final String SMALL_LOSS = "loss 0\\.00\\d{4} after ";

  /** Main method of a sample. */
  private interface Main {
    void run(String... args) throws Exception;
  }

  static Stream<Arguments> samples() {
    return Stream.of(
        sample("QuickStart", QuickStart::main, "4 \\+ 16 = 20"),
        sample(
            "PerformanceTips",
            PerformanceTips::main,
            "take results as they come +\\d+ ms without, +\\d+ ms with",
            "10"),
        sample(
            "MonteCarloPi",
            MonteCarloPi::main,
            "pi is about 3\\.1[34]\\d{3} after 1000000 points",
            "10",
            "100000"),
        sample("TaskPipeline", TaskPipeline::main, "10 texts have \\d{6,7} words", "10"),
        sample("SharedCounter", SharedCounter::main, "counted 500 of 500", "5", "100"),
        sample(
            "AsyncParameterServer",
            AsyncParameterServer::main,
            "asynchronous: " + SMALL_LOSS + "400 updates",
            "400"),
        sample(
            "SyncParameterServer",
            SyncParameterServer::main,
            "synchronous: " + SMALL_LOSS + "100 rounds",
            "100"),
        sample(
            "ShardedParameterServer",
            ShardedParameterServer::main,
            "sharded: " + SMALL_LOSS + "400 updates",
            "200"));
  }

  private static Arguments sample(String name, Main main, String lastLine, String... args) {
    return Arguments.of(Named.of(name, main), args, lastLine);
  }

  @ParameterizedTest
  @MethodSource("samples")
  @Timeout(120)
  void endsWithItsResult(Main main, String[] args, String lastLine) throws Exception {
    assertThat(linesOf(main, args).getLast()).matches(lastLine);
  }

  private static List<String> linesOf(Main main, String... args) throws Exception {
    var before = System.out;
    var written = new ByteArrayOutputStream();
    System.setOut(new PrintStream(written, true, StandardCharsets.UTF_8));
    try {
      main.run(args);
    } finally {
      System.setOut(before);
    }
    return written.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void leavesNoSampleOut() throws IOException {
    var hasMain = Pattern.compile("public static void main\\(");
    try (var files = Files.list(SOURCES)) {
      var mains = files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> hasMain.matcher(read(file)).find())
          .map(file -> file.getFileName().toString().replace(".java", ""))
          .filter(name -> !name.equals(
              "ObjectSpilling")) // fills disks: its own test runs it with a small store
          .toList();
      assertThat(samples().map(each -> ((Named<?>) each.get()[0]).getName()))
          .containsExactlyInAnyOrderElementsOf(mains);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
