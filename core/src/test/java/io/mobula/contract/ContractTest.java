package io.mobula.contract;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.Resources;
import io.mobula.Settings;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A test class with one runtime of four CPUs and a directory of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
abstract class ContractTest {
  /** How long anything may take before it counts as hanging. */
  static final Duration LONG = Duration.ofSeconds(30);

  @TempDir
  Path directory;

  MobulaRuntime runtime;
  private int files;

  Settings settings() {
    return Mobula.settings().cpus(4).gpus(2).resource("Licence", 3).storeCapacity(64 << 20);
  }

  @BeforeAll
  void open() {
    runtime = RuntimeSource.present().open(settings());
  }

  @AfterAll
  void close() {
    runtime.close();
  }

  /** What a test leaves pending may be a wait that nobody ends, and disturbs those after it. */
  @AfterEach
  void nothingIsPending() throws Exception {
    if (!runtime.isClosed()) {
      PollingAssert.until(
          () -> "The test has ended, and still this is pending: " + runtime.pending(),
          () -> runtime.pending().isEmpty());
    }
  }

  /** The id of the node where everything runs: of all there are, the one that offers CPUs. */
  String workingNode() {
    return runtime.nodes().stream()
        .filter(node -> node.total().amount(Resources.CPU) > 0)
        .map(node -> node.id().toString())
        .reduce((a, b) -> a + " and " + b)
        .orElseThrow();
  }

  private String file(String kind) {
    return directory.resolve(kind + files++).toString();
  }

  /** A new gate, shut. */
  FileLatch latch() {
    return new FileLatch(file("gate"));
  }

  /** A new journal, empty. */
  FileEventLog eventLog() {
    return new FileEventLog(file("journal"));
  }
}
