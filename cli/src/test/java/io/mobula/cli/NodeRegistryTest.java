package io.mobula.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.testkit.ForkedJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeRegistryTest {
  @TempDir
  Path folder;

  /** Program that registers a node and lives until it is killed. */
  static final class RegisteredProcess {
    public static void main(String[] arguments) throws Exception {
      var registration = NodeRegistry.in(Path.of(arguments[0])).register(entry());
      registration.write(entry().up("00ab", "127.0.0.1:7"));
      System.out.println("entered");
      new CountDownLatch(1).await();
    }
  }

  private static NodeEntry entry() {
    return new NodeEntry(
        ProcessHandle.current().pid(),
        NodeEntry.State.STARTING,
        null,
        null,
        null,
        "2026-01-01T00:00:00Z");
  }

  @Test
  void findsWhatLivesAndForgetsWhatWasKilled() throws Exception {
    var place = folder.resolve("registry");
    var registry = NodeRegistry.in(place);
    assertThat(registry.alive()).isEmpty();
    try (var jvm =
        ForkedJvm.of(RegisteredProcess.class).arguments(place.toString()).start()) {
      jvm.awaitLine("entered", Duration.ofSeconds(60));

      var node = registry.alive();
      assertThat(node).hasSize(1);
      assertThat(node.getFirst().entry())
          .hasToString("node 00ab (pid " + jvm.pid() + ", 127.0.0.1:7)");
      assertThat(node.getFirst().isAlive()).isTrue();

      jvm.kill();
      assertThat(node.getFirst().isAlive()).isFalse();
    }
    assertThat(registry.alive()).isEmpty();
    assertThat(place).isEmptyDirectory();
  }

  @Test
  void doesNotMistakeItsOwnNodeForADeadOne() throws Exception {
    var registry = NodeRegistry.in(folder.resolve("registry"));
    registry.register(entry());
    assertThat(registry.alive()).hasSize(1);
    assertThat(registry.alive()).hasSize(1);
  }

  @Test
  void isForItsUserAlone() throws IOException {
    var place = folder.resolve("registry");
    NodeRegistry.in(place);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(place)))
        .isEqualTo("rwx------");

    Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThatThrownBy(() -> NodeRegistry.in(place))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("mode 0700")
        .hasMessageContaining("rwxrwxrwx");

    var link = Files.createSymbolicLink(folder.resolve("link"), folder);
    assertThatThrownBy(() -> NodeRegistry.in(link)).isInstanceOf(IOException.class);
  }

  @Test
  void isInTheRuntimeDirectoryOfTheSessionWhereThereIsOne() {
    assertThat(NodeRegistry.defaultDirectory(Map.of("XDG_RUNTIME_DIR", folder.toString())))
        .isEqualTo(folder.resolve("mobula"));
    assertThat(NodeRegistry.defaultDirectory(Map.of()).getFileName().toString())
        .matches("mobula-\\d+");
    assertThat(NodeRegistry.defaultDirectory(Map.of("XDG_RUNTIME_DIR", "/nowhere"))
            .getFileName()
            .toString())
        .matches("mobula-\\d+");
  }
}
