package io.mobula.contract;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.Settings;
import io.mobula.placement.Resources;
import io.mobula.testkit.PollingAssert;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Base class of tests with one runtime of four CPUs and a directory of their own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300) // the last resort: waits have their own limits, which an overloaded machine extends
abstract class ContractTest {
  /** Time after which an operation counts as hanging. */
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

  /**
   * Checks that no work is pending after a test: it could be a wait that never ends, and would
   * disturb later tests.
   */
  @AfterEach
  void nothingIsPending() throws Exception {
    if (!runtime.isClosed()) {
      PollingAssert.until(
          () -> "nothing is pending after the test, and not " + runtime.pending(),
          () -> runtime.pending().isEmpty());
    }
  }

  /** Waits until all resources are free. */
  void awaitFreeResources() throws Exception {
    PollingAssert.untilEqual(runtime.totalResources(), runtime::availableResources);
  }

  /** Returns the id of the node that runs all work: the only one that offers CPUs. */
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

  /** Returns a new closed latch. */
  FileLatch latch() {
    return new FileLatch(file("gate"));
  }

  /** Returns a new empty event log. */
  FileEventLog eventLog() {
    return new FileEventLog(file("journal"));
  }
}
