package io.mobula.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.ConfigFactory;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.Settings;
import io.mobula.contract.FileEventLog;
import io.mobula.contract.FileLatch;
import io.mobula.error.RuntimeClosedException;
import io.mobula.error.StoreException;
import io.mobula.error.UnschedulableException;
import io.mobula.testkit.PollingAssert;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Test of what a node takes from its JVM and host, and that it returns everything. */
@Timeout(90)
class NodeLifecycleTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir
  Path directory;

  private final Set<Thread> before = new HashSet<>();

  @BeforeEach
  void rememberThreads() {
    before.addAll(Thread.getAllStackTraces().keySet());
  }

  private Settings settings() {
    return Mobula.settings().cpus(2).storeCapacity(32 << 20).storeDirectory(directory);
  }

  private List<Path> storeFiles() throws IOException {
    try (var files = Files.walk(directory)) {
      return files.filter(path -> path.toString().contains("mobula-")).toList();
    }
  }

  /** Returns live threads of Mobula that did not exist before the test. */
  private List<String> leftThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> !before.contains(thread) && thread.isAlive())
        .map(Thread::getName)
        .filter(
            name -> name.contains("mobula") || name.contains("akka") || name.contains("attached"))
        .sorted()
        .collect(Collectors.toList());
  }

  private static void useEverything(MobulaRuntime runtime, FileEventLog eventLog) throws Exception {
    assertThat(runtime.task((Integer x) -> x + 1, 1).remote().get()).isEqualTo(2);
    runtime.put(new byte[5 << 20]);
    for (int i = 0; i < 4; i++) {
      var call = runtime.actor(ArrayList<String>::new).cpus(0);
      var actor = (switch (i) {
            case 0 -> call.dedicatedThread();
            case 1 -> call.virtual();
            case 2 -> call.maxConcurrency(2);
            default -> call;
          })
          .remote();
      assertThat(actor.call((ArrayList<String> list) -> list.size()).remote().get())
          .isZero();
    }
    runtime.task(() -> 1).remote().toCompletableFuture().get(30, TimeUnit.SECONDS);
    eventLog.add("used");
  }

  // ---- ports

  private static Set<String> ownListeningSockets() throws IOException {
    var own = new HashSet<String>();
    try (var descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (var descriptor : descriptors) {
        try {
          var target = Files.readSymbolicLink(descriptor).toString();
          if (target.startsWith("socket:[")) {
            own.add(target.substring("socket:[".length(), target.length() - 1));
          }
        } catch (IOException closedMeanwhile) {
          continue;
        }
      }
    }
    var listening = new HashSet<String>();
    for (var table : List.of("tcp", "tcp6", "udp", "udp6")) {
      for (var line : Files.readAllLines(Path.of("/proc/self/net/" + table))) {
        var columns = line.trim().split("\\s+");
        boolean open = table.startsWith("udp") || (columns.length > 9 && columns[3].equals("0A"));
        if (open && columns.length > 9 && own.contains(columns[9])) {
          listening.add(table + " " + columns[1]);
        }
      }
    }
    return listening;
  }

  @Test
  @org.junit.jupiter.api.condition.EnabledOnOs(org.junit.jupiter.api.condition.OS.LINUX)
  void opensNoPort() throws Exception {
    try (var socket = new java.net.ServerSocket(0)) {
      assertThat(ownListeningSockets()).as("the check itself sees a port").isNotEmpty();
      assertThat(socket.isBound()).isTrue();
    }
    var had = ownListeningSockets();
    try (var runtime = Mobula.init(settings())) {
      useEverything(runtime, new FileEventLog(directory.resolve("j").toString()));
      assertThat(ownListeningSockets()).isEqualTo(had);
    }
  }

  // ---- closing

  @Test
  void closingLeavesNoThreadAndNoFile() throws Exception {
    try (var runtime = Mobula.init(settings())) {
      useEverything(runtime, new FileEventLog(directory.resolve("j").toString()));
      assertThat(storeFiles()).isNotEmpty();
      assertThat(leftThreads()).isNotEmpty();
    }
    assertThat(storeFiles()).isEmpty();
    PollingAssert.untilEqual(List.of(), this::leftThreads);
  }

  @Test
  void closingTwentyTimesLeavesNothing() throws Exception {
    for (int i = 0; i < 20; i++) {
      try (var runtime = Mobula.init(settings())) {
        assertThat(runtime.task((Integer x) -> x + 1, i).remote().get()).isEqualTo(i + 1);
      }
    }
    assertThat(storeFiles()).isEmpty();
    PollingAssert.untilEqual(List.of(), this::leftThreads);
  }

  @Test
  void aTaskThatNeverEndsIsLeftBehindAndNothingElse() throws Exception {
    var eventLog = new FileEventLog(directory.resolve("journal").toString());
    var latch = new FileLatch(directory.resolve("gate").toString());
    var runtime = Mobula.init(settings().closeTimeout(Duration.ofSeconds(1)));
    var ref = runtime
        .task(
            (FileEventLog j, FileLatch g) -> {
              j.add("started");
              g.awaitUninterruptibly();
              return 1;
            },
            eventLog,
            latch)
        .remote();
    eventLog.await("started", 1);
    long start = System.nanoTime();
    runtime.close();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    assertThatThrownBy(() -> ref.get(LONG)).isInstanceOf(RuntimeClosedException.class);
    assertThat(storeFiles()).isEmpty();
    PollingAssert.until("only the task's thread is left", () -> leftThreads().size() == 1);
    assertThat(leftThreads().getFirst()).contains("mobula-task");
    latch.open();
    PollingAssert.untilEqual(List.of(), this::leftThreads);
  }

  @Test
  void anActorThatNeverEndsDoesNotHoldUpClosingTwice() throws Exception {
    var eventLog = new FileEventLog(directory.resolve("journal").toString());
    var latch = new FileLatch(directory.resolve("gate").toString());
    var runtime = Mobula.init(settings().closeTimeout(Duration.ofSeconds(4)));
    var actor = runtime.actor(ArrayList<String>::new).remote();
    var ref = actor
        .call(
            (ArrayList<String> list, FileEventLog j, FileLatch g) -> {
              j.add("started");
              g.awaitUninterruptibly();
              return 1;
            },
            eventLog,
            latch)
        .remote();
    eventLog.await("started", 1);
    long start = System.nanoTime();
    runtime.close();
    var took = Duration.ofNanos(System.nanoTime() - start);
    latch.open();
    assertThat(took).isLessThan(Duration.ofSeconds(7));
    assertThatThrownBy(() -> ref.get(LONG)).isInstanceOf(RuntimeClosedException.class);
    assertThat(storeFiles()).isEmpty();
    PollingAssert.untilEqual(List.of(), this::leftThreads);
  }

  @Test
  void aFailedStartLeavesNothing() throws Exception {
    var elsewhere = directory.resolve("file");
    Files.createFile(elsewhere);
    assertThatThrownBy(() -> Mobula.init(settings().storeDirectory(elsewhere)))
        .isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> Mobula.init(settings().storeDirectory(directory.resolve("missing"))))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("missing");
    assertThatThrownBy(() -> Mobula.init(settings().storeDirectory(Path.of("/proc"))))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("/proc");
    assertThatThrownBy(
        () -> Mobula.init(settings().set("mobula.actor-system.akka.actor.provider", "nonsense")));
    assertThat(storeFiles()).isEmpty();
    PollingAssert.untilEqual(List.of(), this::leftThreads);
    assertThatThrownBy(Mobula::runtime).isInstanceOf(io.mobula.error.NoRuntimeException.class);
  }

  // ---- in an actor system of another owner

  @Test
  void attachesToATypedSystemAndLeavesItAlone() throws Exception {
    var config = ConfigFactory.parseString("akka.loglevel = ERROR\nowner.setting = 5")
        .withFallback(ConfigFactory.load());
    var system = ActorSystem.create(Behaviors.empty(), "attached", config);
    try {
      var had = system.settings().config();
      try (var runtime = MobulaRuntime.attach(system, settings().resource("Licence", 2))) {
        useEverything(runtime, new FileEventLog(directory.resolve("j").toString()));
        assertThat(runtime.totalResources().amount("Licence")).isEqualTo(2);
        assertThat(Mobula.runtime()).isSameAs(runtime);
        assertThat(system.settings().config()).isEqualTo(had);
      }
      assertThat(system.whenTerminated().isCompleted()).isFalse();
      assertThat(system.settings().config()).isEqualTo(had);
      assertThat(storeFiles()).isEmpty();
      PollingAssert.until(
          "the node's threads are gone",
          () -> leftThreads().stream().noneMatch(name -> name.contains("mobula")));
      try (var again = MobulaRuntime.attach(system, settings())) {
        assertThat(again.task((Integer x) -> x, 3).remote().get()).isEqualTo(3);
      }
    } finally {
      system.terminate();
      system.getWhenTerminated().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
    PollingAssert.untilEqual(List.of(), this::leftThreads);
  }

  @Test
  void attachesToAClassicSystemAndLeavesItAlone() throws Exception {
    var system = akka.actor.ActorSystem.create("attached");
    try {
      try (var runtime = MobulaRuntime.attach(system, settings())) {
        useEverything(runtime, new FileEventLog(directory.resolve("j").toString()));
      }
      assertThat(system.whenTerminated().isCompleted()).isFalse();
      assertThat(storeFiles()).isEmpty();
    } finally {
      system.terminate();
      system.getWhenTerminated().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void twoNodesAttachToOneSystem() throws Exception {
    var system = akka.actor.ActorSystem.create("attached");
    try (var one = MobulaRuntime.attach(system, settings());
        var two = MobulaRuntime.attach(system, settings())) {
      assertThat(one.nodeId()).isNotEqualTo(two.nodeId());
      assertThat(one.task((Integer x) -> x, 1).remote().get()
              + two.task((Integer x) -> x, 2).remote().get())
          .isEqualTo(3);
    } finally {
      system.terminate();
      system.getWhenTerminated().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void whenItsOwnerEndsTheSystemTheRuntimeCloses() throws Exception {
    var system = akka.actor.ActorSystem.create("attached");
    var runtime = MobulaRuntime.attach(system, settings());
    var ref = runtime
        .task(() -> new java.util.concurrent.CompletableFuture<Integer>())
        .remote();
    system.terminate();
    PollingAssert.until("the runtime is closed", runtime::isClosed);
    assertThatThrownBy(() -> ref.get(LONG)).isInstanceOf(RuntimeClosedException.class);
    PollingAssert.until("its files are gone", () -> storeFiles().isEmpty());
    assertThatThrownBy(() -> MobulaRuntime.attach(system, settings()))
        .isInstanceOf(RuntimeException.class);
    assertThat(storeFiles()).isEmpty();
  }

  @Test
  void attachWithoutASystemIsRefused() {
    assertThatThrownBy(() -> MobulaRuntime.attach(null)).isInstanceOf(NullPointerException.class);
  }

  @Test
  void aNodeOfNoCpusRefusesWhatNeedsOne() {
    try (var runtime = Mobula.init(settings().cpus(0))) {
      assertThatThrownBy(() -> runtime.task(() -> 1).remote())
          .isInstanceOf(UnschedulableException.class);
      assertThat(runtime.task(() -> 1).cpus(0).remote().get()).isEqualTo(1);
    }
  }
}
