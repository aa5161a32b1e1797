package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.Settings;
import io.mobula.error.MobulaException;
import io.mobula.error.NodeLostException;
import io.mobula.error.ProcessException;
import io.mobula.error.TaskFailedException;
import io.mobula.info.NodeInfo;
import io.mobula.internal.process.ChildJvm;
import io.mobula.internal.process.ChildPlan;
import io.mobula.placement.Resources;
import io.mobula.testkit.PollingAssert;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Test of a node in this JVM, as a service embeds one, with worker processes. */
@Tag("long")
@Timeout(240)
class WorkerProcessesIT {
  private static final Settings SMALL = Mobula.settings()
      .storeCapacity(64 << 20)
      .workerFlags("-Xmx128m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

  @TempDir
  Path directory;

  /** Ways in which user code may end its JVM. */
  enum WorkerCrash {
    HALT,
    EXIT,
    OUT_OF_MEMORY
  }

  /** Returns the id of the process in which a task runs. */
  static long pid(int nothing) {
    return ProcessHandle.current().pid();
  }

  /** Returns the devices that CUDA would see in this process, and those that Mobula reports. */
  static String visible(int nothing) {
    return System.getenv("CUDA_VISIBLE_DEVICES") + " " + Mobula.cudaVisibleDevices();
  }

  /** Notes that the task ran, and ends its JVM. */
  static int crash(String how, String notes) throws IOException {
    Files.writeString(
        Path.of(notes), "here\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    switch (WorkerCrash.valueOf(how)) {
      case HALT -> Runtime.getRuntime().halt(9);
      case EXIT -> System.exit(9);
      case OUT_OF_MEMORY -> {
        var all = new ArrayList<long[]>();
        while (true) {
          all.add(new long[1 << 20]);
        }
      }
    }
    return 0;
  }

  /** Blocks without an end of its own. */
  static int hang(String notes) throws Exception {
    Files.writeString(Path.of(notes), "here");
    new CountDownLatch(1).await();
    return 0;
  }

  /** Main class of a service whose workers are busy, to be killed. */
  static final class ServiceMain {
    public static void main(String[] notes) throws Exception {
      try (var runtime = Mobula.init(SMALL.cpus(2).workers(2))) {
        for (var note : notes) {
          runtime.task(WorkerProcessesIT::hang, note).cpus(1).remote();
        }
        for (var note : notes) {
          PollingAssert.until("the task has begun", () -> Files.exists(Path.of(note)));
        }
        System.out.println("pids "
            + workers(runtime).stream()
                .map(worker -> String.valueOf(worker.pid()))
                .reduce((one, other) -> one + " " + other)
                .orElseThrow());
        new CountDownLatch(1).await();
      }
    }
  }

  private static List<NodeInfo> workers(MobulaRuntime runtime) {
    return runtime.nodes().stream()
        .filter(node -> node.role() == NodeInfo.Role.WORKER)
        .toList();
  }

  @Test
  void theNodesResourcesAreDividedAmongThemAndTheyEndWithIt() throws Exception {
    List<Long> pids;
    var settings = SMALL
        .cpus(3)
        .gpus(3)
        .memory(1 << 20)
        .resource("Licence", 4)
        .label("zone", "a")
        .workers(2)
        .workerResources(Resources.none().cpus(1));
    try (var runtime = Mobula.init(settings)) {
      var each = Resources.none().cpus(1).gpus(1).memory(1 << 19).resource("Licence", 2);
      PollingAssert.until(
          "each worker has reported its resources",
          () -> workers(runtime).stream().allMatch(worker -> worker.total().equals(each)));
      assertThat(workers(runtime)).hasSize(2).allSatisfy(worker -> {
        assertThat(worker.labels()).containsEntry("zone", "a");
        assertThat(worker.store().capacityBytes()).isEqualTo(64 << 20); // shared, not divided
      });
      assertThat(runtime.nodes().getFirst().total())
          .isEqualTo(Resources.none().cpus(1).gpus(1));
      assertThat(runtime.totalResources().amount("CPU")).isEqualTo(3);
      pids = workers(runtime).stream().map(NodeInfo::pid).toList();
      var licensed =
          runtime.task(WorkerProcessesIT::pid, 0).resource("Licence", 2).remote();
      assertThat(licensed.get()).isIn(pids);
      var visible = runtime.task(WorkerProcessesIT::visible, 0).gpus(1).resource("Licence", 2);
      assertThat(runtime.get(List.of(visible.remote(), visible.remote())))
          .allMatch(both -> both.equals("0 0") || both.equals("1 1"));
    }
    assertThat(pids).noneMatch(WorkerProcessesIT::runs);
  }

  @Test
  void aTaskThatHaltsItsWorkerIsTriedAgainThenLostAndTheWorkerComesBack() throws Exception {
    var notes = directory.resolve("notes").toString();
    try (var runtime = Mobula.init(SMALL.cpus(1).workers(1))) {
      long before = runtime.task(WorkerProcessesIT::pid, 0).remote().get();
      assertThat(before).isNotEqualTo(ProcessHandle.current().pid());

      var lost =
          runtime.task(WorkerProcessesIT::crash, "HALT", notes).maxRetries(2).remote();
      assertThatThrownBy(lost::get).isInstanceOf(NodeLostException.class);
      assertThat(Files.readAllLines(Path.of(notes))).hasSize(3);

      long after = runtime.task(WorkerProcessesIT::pid, 0).remote().get();
      assertThat(after)
          .isNotEqualTo(before)
          .isNotEqualTo(ProcessHandle.current().pid());
      assertThat(runtime.isClosed()).isFalse();
    }
  }

  @Test
  void aTaskThatExitsOrFillsTheHeapHarmsNobodyElse() throws Exception {
    try (var runtime = Mobula.init(SMALL.cpus(2).workers(2))) {
      for (var how : List.of(WorkerCrash.EXIT, WorkerCrash.OUT_OF_MEMORY)) {
        var notes = directory.resolve(how.name()).toString();
        var failed = runtime
            .task(WorkerProcessesIT::crash, how.name(), notes)
            .maxRetries(0)
            .remote();
        assertThatThrownBy(failed::get)
            .as("%s", how)
            .isInstanceOfAny(NodeLostException.class, TaskFailedException.class)
            .isInstanceOf(MobulaException.class);
        assertThat(Files.readAllLines(Path.of(notes))).hasSize(1);
        assertThat(runtime.task(WorkerProcessesIT::pid, 0).remote().get())
            .isNotEqualTo(ProcessHandle.current().pid());
      }
      assertThat(runtime.isClosed()).isFalse();
    }
  }

  @Test
  void oneThatCannotBeKeptIsSaidToBeMissing() throws Exception {
    var settings = SMALL.cpus(1).workers(1).set("mobula.workers.restarts", 0);
    try (var runtime = Mobula.init(settings)) {
      ProcessHandle.of(workers(runtime).getFirst().pid()).orElseThrow().destroyForcibly();
      PollingAssert.until(
          "the worker is reported missing", () -> !runtime.waiting().isEmpty());
      assertThat(runtime.waiting()).singleElement().satisfies(missing -> {
        assertThat(missing.what()).isEqualTo("worker 0");
        assertThat(missing.wants().amount("CPU")).isEqualTo(1);
        assertThat(missing.why()).contains("not started again", "137 (killed)");
      });
      PollingAssert.until("the worker is gone", () -> workers(runtime).isEmpty());
    }
  }

  @Test
  void oneThatDoesNotComeUpFailsTheNodeWithItsLastLines() {
    var settings = SMALL.cpus(1).workers(2).workerFlags("-XX:NoSuchFlag");
    assertThatThrownBy(() -> Mobula.init(settings).close())
        .isInstanceOf(ProcessException.class)
        .hasMessageContaining("worker ")
        .hasMessageContaining("NoSuchFlag");
  }

  @Test
  void aNodeThatIsKilledTakesThemAlongWhateverTheyDo() throws Exception {
    BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    var notes =
        List.of(directory.resolve("one").toString(), directory.resolve("other").toString());
    var plan = ChildPlan.of("service", ServiceMain.class.getName())
        .flags(List.of("-Xmx128m", "-XX:TieredStopAtLevel=1"))
        .arguments(notes.toArray(String[]::new));
    try (var service = ChildJvm.start(plan, (stream, line) -> lines.add(line))) {
      var pids = pids(lines);
      assertThat(pids).hasSize(2).allMatch(WorkerProcessesIT::runs);

      service.kill();

      long start = System.nanoTime();
      PollingAssert.until(
          "no worker outlives its node", () -> pids.stream().noneMatch(WorkerProcessesIT::runs));
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
    }
  }

  private static List<Long> pids(BlockingQueue<String> lines) throws InterruptedException {
    var seen = new ArrayList<String>();
    while (true) {
      var line = lines.poll(120, TimeUnit.SECONDS);
      assertThat(line).as(() -> "the line with the pids after " + seen).isNotNull();
      seen.add(line);
      if (line.startsWith("pids ")) {
        return List.of(line.substring("pids ".length()).split(" ")).stream()
            .map(Long::valueOf)
            .toList();
      }
    }
  }

  /** Returns whether the process runs; a zombie process does not count as running. */
  private static boolean runs(long pid) {
    try {
      var stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
    } catch (IOException gone) {
      return false;
    }
  }

  /** Condition that may throw an exception. */
}
