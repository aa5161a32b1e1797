package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ActorHandle;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.ResultForm;
import io.mobula.Settings;
import io.mobula.error.MobulaException;
import io.mobula.error.NoRuntimeException;
import io.mobula.error.RuntimeClosedException;
import io.mobula.placement.Resources;
import io.mobula.tensor.Tensor;
import io.mobula.testkit.PollingAssert;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Test of several runtimes, and of a closed runtime, as users see them. */
@Timeout(60)
class RuntimeLifecycleTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir
  Path directory;

  private static MobulaRuntime open() {
    return open(Mobula.settings());
  }

  private static MobulaRuntime open(Settings settings) {
    return RuntimeSource.present().open(settings.cpus(2).storeCapacity(32 << 20));
  }

  static String nodeOfFacade() {
    return Mobula.runtime().nodeId().toString();
  }

  static int slow(FileLatch latch) throws Exception {
    latch.await();
    return 1;
  }

  /** Returns the node that offers resources. */
  private static String nodeOf(MobulaRuntime runtime) {
    return runtime.nodes().stream()
        .filter(node -> node.total().amount(Resources.CPU) > 0)
        .map(node -> node.id().toString())
        .reduce((a, b) -> a + " and " + b)
        .orElseThrow();
  }

  private FileLatch latch() {
    return new FileLatch(directory.resolve("gate").toString());
  }

  private static List<ObjectRef<String>> nested() {
    return List.of(Mobula.task(RuntimeLifecycleTest::nodeOfFacade).remote());
  }

  public static final class FacadeCaller {
    public String ask() {
      return Mobula.runtime().nodeId() + " "
          + Mobula.task(RuntimeLifecycleTest::nodeOfFacade).remote().get();
    }
  }

  @Test
  void twoRuntimesLiveSideBySide() {
    try (var one = open();
        var two = open()) {
      assertThat(one.nodeId()).isNotEqualTo(two.nodeId());
      for (var runtime : List.of(one, two)) {
        var id = nodeOf(runtime);
        assertThat(runtime.task(RuntimeLifecycleTest::nodeOfFacade).remote().get())
            .isEqualTo(id);
        assertThat(runtime
                .task(RuntimeLifecycleTest::nested)
                .remote()
                .get()
                .getFirst()
                .get())
            .isEqualTo(id);
        assertThat(runtime
                .actor(FacadeCaller::new)
                .remote()
                .call(FacadeCaller::ask)
                .remote()
                .get())
            .isEqualTo(id + " " + id);
      }
      assertThatThrownBy(() -> Mobula.task(RuntimeLifecycleTest::nodeOfFacade).remote())
          .isInstanceOf(NoRuntimeException.class)
          .hasMessageContaining("2 runtimes");
      assertThatThrownBy(() -> Mobula.put(1)).isInstanceOf(NoRuntimeException.class);
      two.close();
      assertThat(Mobula.runtime().nodeId()).isEqualTo(one.nodeId());
      assertThat(one.put(1).get()).isEqualTo(1);
    }
    assertThatThrownBy(Mobula::runtime)
        .isInstanceOf(NoRuntimeException.class)
        .hasMessageContaining("Mobula.init()");
  }

  @Test
  void whatIsPendingFailsWhenTheRuntimeCloses() throws Exception {
    var runtime = open();
    var latch = latch();
    var running = runtime.task(RuntimeLifecycleTest::slow, latch).remote();
    var queued = runtime.task(RuntimeLifecycleTest::slow, latch).cpus(2).remote();
    var dependent = runtime.task((Integer x) -> x, running).remote();
    var retrying = runtime
        .task(() -> {
          throw new java.io.IOException("again");
        })
        .retryOn(java.io.IOException.class)
        .backoff(Duration.ofMinutes(1))
        .remote();
    var staged = runtime.task(() -> new CompletableFuture<Integer>()).remote();
    var stream = runtime
        .task(
            (FileLatch g) -> java.util.stream.Stream.of(1).peek(x -> {
              try {
                g.await();
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            }),
            latch)
        .remote(ResultForm.stream());
    ActorHandle<ArrayList<String>> actor = runtime.actor(ArrayList<String>::new).remote();
    var waitingActor = runtime.actor(ArrayList<String>::new).cpus(2).remote();
    var call = waitingActor.call((ArrayList<String> l) -> l.size()).remote();
    var futures = List.of(running, queued, dependent, staged).stream()
        .map(ObjectRef::toCompletableFuture)
        .toList();
    var readers = new ArrayList<CompletableFuture<Throwable>>();
    for (var ref : List.of(running, call)) {
      readers.add(CompletableFuture.supplyAsync(
          () -> {
            try {
              ref.get();
              return null;
            } catch (MobulaException e) {
              return e;
            }
          },
          task -> Thread.ofPlatform().daemon().start(task)));
    }
    runtime.close();
    for (var future : futures) {
      assertThatThrownBy(() -> future.get(30, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(MobulaException.class);
    }
    for (var reader : readers) {
      assertThat(reader.get(30, TimeUnit.SECONDS)).isInstanceOf(RuntimeClosedException.class);
    }
    for (var ref : List.of(running, queued, dependent, staged, retrying, call)) {
      assertThatThrownBy(() -> ref.get(LONG)).isInstanceOf(RuntimeClosedException.class);
    }
    assertThatThrownBy(() -> stream.iterator().next().get())
        .isInstanceOf(RuntimeClosedException.class);
    assertThatThrownBy(
            () -> actor.call((ArrayList<String> l) -> l.size()).remote().get(LONG))
        .isInstanceOf(RuntimeClosedException.class);
  }

  @Test
  void everythingAfterCloseIsRefusedTyped() {
    var runtime = open();
    var ref = runtime.put(new int[] {1});
    var done = runtime.task(RuntimeLifecycleTest::nodeOfFacade).remote();
    var actor = runtime.actor(FacadeCaller::new).name("asker").remote();
    done.get();
    var room = runtime.create(5000);
    runtime.close();
    runtime.close();
    assertThat(runtime.isClosed()).isTrue();
    assertThatThrownBy(ref::get).isInstanceOf(RuntimeClosedException.class);
    assertThatThrownBy(() -> ref.get(Duration.ZERO)).isInstanceOf(RuntimeClosedException.class);
    assertThatThrownBy(done::get).isInstanceOf(RuntimeClosedException.class);
    assertThatThrownBy(() -> runtime.put(1)).isInstanceOf(RuntimeClosedException.class);
    assertThatThrownBy(() -> runtime.create(10)).isInstanceOf(RuntimeClosedException.class);
    assertThatThrownBy(() -> runtime.get(List.of(done))).isInstanceOf(RuntimeClosedException.class);
    assertThatThrownBy(() -> runtime.wait(List.of(done), 1, LONG))
        .isInstanceOf(RuntimeClosedException.class);
    assertThatThrownBy(() -> runtime.task(RuntimeLifecycleTest::nodeOfFacade).remote())
        .isInstanceOf(RuntimeClosedException.class);
    assertThatThrownBy(() -> runtime.actor(FacadeCaller::new).remote())
        .isInstanceOf(RuntimeClosedException.class);
    assertThatThrownBy(() -> runtime.actorNamed("asker", FacadeCaller.class))
        .isInstanceOf(RuntimeClosedException.class);
    assertThatThrownBy(() -> actor.call(FacadeCaller::ask).remote())
        .isInstanceOf(RuntimeClosedException.class);
    assertThatThrownBy(runtime::availableResources).isInstanceOf(RuntimeClosedException.class);
    assertThatThrownBy(runtime::waiting).isInstanceOf(RuntimeClosedException.class);
    assertThatThrownBy(room::seal).isInstanceOf(MobulaException.class);
    room.close();
    ref.close();
    actor.kill();
    assertThat(runtime.toString()).contains("closed");
  }

  @Test
  void futuresAskedForAfterCloseEndToo() {
    var runtime = open();
    var ref = runtime.put(new int[] {1});
    var actor = runtime.actor(FacadeCaller::new).remote();
    runtime.close();
    assertThatThrownBy(() -> ref.toCompletableFuture().get(30, TimeUnit.SECONDS))
        .satisfiesAnyOf(
            thrown -> assertThat(thrown).isInstanceOf(RuntimeClosedException.class),
            thrown -> assertThat(thrown).hasCauseInstanceOf(RuntimeClosedException.class));
    assertThat(actor.drain(LONG))
        .satisfiesAnyOf(
            future -> assertThat(future).succeedsWithin(LONG),
            future -> assertThat(future).failsWithin(LONG));
  }

  @Test
  void viewsStayReadableAfterClose() {
    var runtime = open();
    var tensor = runtime.put(Tensor.of(new int[1_000_000])).get();
    var small = runtime.put(Tensor.of(new int[] {7})).get();
    runtime.close();
    System.gc();
    assertThat(tensor.getInt(999_999)).isZero();
    assertThat(small.getInt(0)).isEqualTo(7);
  }

  @Test
  void aRefOfAClosedRuntimeIsRefusedByAnother() {
    var closed = open();
    var ref = closed.put(new int[] {1});
    closed.close();
    try (var runtime = open()) {
      assertThatThrownBy(() -> runtime.task((int[] x) -> 1, ref).remote())
          .isInstanceOf(RuntimeClosedException.class);
      assertThatThrownBy(() -> runtime.put(List.of(ref))).isInstanceOf(MobulaException.class);
    }
  }

  @Test
  void aTaskMayCloseItsRuntime() throws Exception {
    RuntimeSource.assumeOneNode("a task closes the runtime of the process it runs in");
    var runtime = open();
    runtime.action(() -> Mobula.runtime().close()).remote();
    PollingAssert.until("it is closed", runtime::isClosed);
    assertThatThrownBy(() -> runtime.put(1)).isInstanceOf(RuntimeClosedException.class);
  }

  @Test
  void tasksThatGoOnAfterCloseGetTypedAnswers() throws Exception {
    RuntimeSource.assumeOneNode("a process that ends takes its tasks along");
    var runtime = open(Mobula.settings().closeTimeout(Duration.ofMillis(200)));
    var latch = latch();
    var eventLog = new FileEventLog(directory.resolve("journal").toString());
    runtime
        .task(
            (FileLatch g, FileEventLog j) -> {
              j.add("started");
              g.awaitUninterruptibly();
              try {
                return Mobula.put(new int[] {1}).get();
              } catch (RuntimeClosedException closed) {
                j.add("typed");
                throw closed;
              }
            },
            latch,
            eventLog)
        .remote();
    eventLog.await("started", 1);
    runtime.close();
    latch.open();
    eventLog.await("typed", 1);
  }
}
