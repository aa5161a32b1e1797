package io.mobula.testkit.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ThreadPausesTest {
  @TempDir
  Path folder;

  @Test
  void pausesTheThreadOfThatNameAndNoOther() throws Exception {
    var why = ThreadPauses.whyNot();
    why.ifPresent(reason -> System.out.println("No test of paused threads: " + reason));
    assumeTrue(why.isEmpty(), () -> "threads cannot be paused: " + why);
    var pauses = ThreadPauses.create(folder);
    var process = new ProcessBuilder("sleep", "100").start();
    try {
      assertThat(pauses.pause(process.pid(), "another", Duration.ofMillis(1))).isFalse();
      var paused = CompletableFuture.supplyAsync(() -> pause(pauses, process.pid()));
      while (!state(process.pid()).startsWith("t")) {
        assertThat(paused).isNotDone();
        TimeUnit.MILLISECONDS.sleep(1);
      }
      assertThat(paused.get(60, TimeUnit.SECONDS)).isTrue();
      assertThat(state(process.pid())).doesNotStartWith("t");
      assertThat(process.isAlive()).isTrue();
    } finally {
      process.destroyForcibly().waitFor();
    }
    assertThat(pauses.pause(process.pid(), "sleep", Duration.ofMillis(1))).isFalse();
  }

  private static boolean pause(ThreadPauses pauses, long pid) {
    try {
      return pauses.pause(pid, "sleep", Duration.ofSeconds(1));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Returns the state of a process: a letter, and a word. */
  private static String state(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(line -> line.startsWith("State:"))
        .map(line -> line.substring("State:".length()).strip())
        .findFirst()
        .orElseThrow();
  }
}
