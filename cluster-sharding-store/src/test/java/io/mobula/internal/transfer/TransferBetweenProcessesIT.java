package io.mobula.internal.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.mobula.testkit.ForkedJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Objects between JVMs: over loopback, with a source that is killed, and between namespaces. */
@Tag("long")
@Timeout(180)
class TransferBetweenProcessesIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final long BYTES = 256L << 20;

  @TempDir
  Path directory;

  @Test
  void bringsALargeObjectFromAnotherProcess() throws Exception {
    try (var source = peer("source", "127.0.0.1").start();
        var reader = peer("reader", "127.0.0.1").start()) {
      reader.sendLine("pull " + endpoint(source));

      assertThat(reader.awaitLine("pull took", LIMIT)).endsWith("equal");
      endsWithoutATrace(source, "source");
      endsWithoutATrace(reader, "reader");
    }
  }

  @Test
  void goesOnWithTheOtherSourceWhenOneIsKilled() throws Exception {
    try (var killed = peer("killed", "127.0.0.1").start();
        var other = peer("other", "127.0.0.1").start();
        var reader = peer("reader", "127.0.0.1").start()) {
      reader.sendLine("pull " + endpoint(killed) + " " + endpoint(other));
      reader.awaitLine("on its way", LIMIT);
      killed.kill();

      assertThat(reader.awaitLine("pull took", LIMIT)).endsWith("equal");
    }
  }

  @Test
  void saysWhoFailedWhenTheOnlySourceIsKilled() throws Exception {
    try (var killed = peer("killed", "127.0.0.1").start();
        var reader = peer("reader", "127.0.0.1").start()) {
      String endpoint = endpoint(killed);
      reader.sendLine("pull " + endpoint);
      reader.awaitLine("on its way", LIMIT);
      killed.kill();

      assertThat(reader.awaitLine("failed ", LIMIT))
          .contains("TransferFailedException")
          .containsPattern(java.util.regex.Pattern.quote(endpoint) + ": (silent|no connection)");
    }
  }

  @Test
  void bringsAnObjectFromAnotherHost() throws Exception {
    try (var spaces = namespaces();
        var source =
            peer("source", VethNamespaces.LEFT_ADDRESS).under(spaces.inLeft()).start();
        var reader =
            peer("reader", VethNamespaces.RIGHT_ADDRESS).under(spaces.inRight()).start()) {
      assertThat(endpoint(source)).startsWith("aeron:" + VethNamespaces.LEFT_ADDRESS + ":");
      reader.sendLine("pull " + endpoint(source));

      assertThat(reader.awaitLine("pull took", LIMIT)).endsWith("equal");
    }
  }

  private static VethNamespaces namespaces() throws InterruptedException {
    try {
      return VethNamespaces.create();
    } catch (IOException e) {
      System.out.println(
          "No test between two network namespaces, they cannot be made: " + e.getMessage());
      return abort("network namespaces cannot be made: " + e.getMessage());
    }
  }

  private static String endpoint(ForkedJvm jvm) throws InterruptedException {
    return jvm.awaitLine("endpoint ", LIMIT).split(" ")[1];
  }

  private void endsWithoutATrace(ForkedJvm jvm, String name) throws Exception {
    jvm.sendLine("close");
    jvm.awaitLine("closed", LIMIT);
    assertThat(jvm.awaitExit(LIMIT)).isZero();
    try (Stream<Path> left = Files.list(directory.resolve(name))) {
      assertThat(left).isEmpty();
    }
  }

  private ForkedJvm.Plan peer(String name, String host) throws IOException {
    Path own = Files.createDirectory(directory.resolve(name));
    return ForkedJvm.of(TransferPeer.class)
        .flags(System.getProperty("mobula.child.flags", "").split(" "))
        .arguments(List.of(host, own.toString(), Long.toString(BYTES), "1").toArray(String[]::new));
  }
}
