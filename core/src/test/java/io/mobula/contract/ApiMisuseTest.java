package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectId;
import io.mobula.ObjectRef;
import io.mobula.ResultForm;
import io.mobula.error.ForeignRefException;
import io.mobula.error.InvalidRequestException;
import io.mobula.error.MobulaException;
import io.mobula.error.RuntimeClosedException;
import io.mobula.placement.Placement;
import io.mobula.placement.Resources;
import io.mobula.spi.RuntimeEngine;
import io.mobula.spi.TaskRequest;
import io.mobula.tensor.DType;
import io.mobula.tensor.Tensor;
import io.mobula.testkit.PollingAssert;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.AbstractCollection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Test of misuse of the API: it throws a clear exception or works, and damages nothing else. */
class ApiMisuseTest extends ContractTest {
  private static final Duration NOW = Duration.ofMillis(1);

  @AfterEach
  void theNodeWorksOn() throws Exception {
    Thread.interrupted();
    assertThat(runtime.task(() -> 1).remote().get(LONG)).isEqualTo(1);
  }

  @AfterAll
  void nothingIsLost() throws Exception {
    PollingAssert.untilEqual(
        runtime.totalResources().amount(Resources.CPU),
        () -> runtime.availableResources().amount(Resources.CPU));
    assertThat(runtime.waiting()).isEmpty();
  }

  private static class Counter {
    int value;

    int add() {
      return ++value;
    }
  }

  // ---- nulls and nonsense

  @Test
  void nullsAreRefusedAtOnce() {
    var ref = runtime.put(1);
    List<ThrowingCallable> calls = List.of(
        () -> RuntimeEngine.of(runtime).submit((TaskRequest) null),
        () -> runtime.get((List<ObjectRef<Integer>>) null),
        () -> runtime.get(List.of(ref), null),
        () -> runtime.get(Arrays.asList(ref, null)),
        () -> runtime.wait((List<ObjectRef<Integer>>) null, 1, NOW),
        () -> runtime.wait(Arrays.asList(ref, null), 1, NOW),
        () -> runtime.wait(List.of(ref), 1, null),
        () -> runtime.actorNamed(null, Counter.class),
        () -> runtime.actorNamed("name", null),
        () -> runtime.task(() -> 1).placement(null),
        () -> runtime.actor(Counter::new).placement(null),
        () -> runtime.spawn(null, "name", Resources.none()),
        () -> runtime.dismiss(null),
        () -> runtime.placementGroup(null),
        () -> ref.get((Duration) null),
        () -> ref.get((Arena) null),
        () -> Placement.near(null),
        () -> Mobula.settings().set(null, 1));
    for (int i = 0; i < calls.size(); i++) {
      assertThat(catchThrowable(calls.get(i)))
          .as("call %d", i)
          .isInstanceOfAny(NullPointerException.class, MobulaException.class);
    }
  }

  /** Ref class of the program, as a test double may be. */
  private static final class ForeignRef implements ObjectRef<Integer> {
    @Override
    public ObjectId id() {
      return new ObjectId(1, 1, 1);
    }

    @Override
    public Integer get() {
      return 1;
    }

    @Override
    public Integer get(Duration deadline) {
      return 1;
    }

    @Override
    public Integer get(Arena arena) {
      return 1;
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public CompletableFuture<Integer> toCompletableFuture() {
      return CompletableFuture.completedFuture(1);
    }

    @Override
    public void prefetch() {}

    @Override
    public boolean cancel(boolean recursive) {
      return false;
    }

    @Override
    public void close() {}
  }

  @Test
  void aRefOfAnotherClassIsForeign() {
    ObjectRef<Integer> own = new ForeignRef();
    List<ThrowingCallable> calls = List.of(
        () -> runtime.task((Integer x) -> x, own).remote(),
        () -> runtime.get(List.of(own)),
        () -> runtime.wait(List.of(own), 1, NOW));
    for (var call : calls) {
      assertThatThrownBy(call).isInstanceOf(ForeignRefException.class);
    }
  }

  /** Collection that reports one element, and has those of the test. */
  private static final class LyingCollection<T> extends AbstractCollection<T> {
    private final Iterator<T> has;

    LyingCollection(Iterator<T> has) {
      this.has = has;
    }

    @Override
    public int size() {
      return 1;
    }

    @Override
    public Iterator<T> iterator() {
      return has;
    }
  }

  @Test
  void aCollectionOfRefsThatLies() {
    var one = runtime.put(1);
    var other = runtime.put(2);
    assertThat(catchThrowable(
            () -> runtime.get(new LyingCollection<>(List.of(one, other).iterator()))))
        .satisfiesAnyOf(
            thrown -> assertThat(thrown).isNull(),
            thrown -> assertThat(thrown).isInstanceOf(RuntimeException.class));
    Iterator<ObjectRef<Integer>> broken = new Iterator<>() {
      @Override
      public boolean hasNext() {
        return true;
      }

      @Override
      public ObjectRef<Integer> next() {
        throw new IllegalStateException("hostile");
      }
    };
    assertThatThrownBy(() -> runtime.get(new LyingCollection<>(broken))).hasMessage("hostile");
    assertThatThrownBy(() -> runtime.wait(new LyingCollection<>(broken), 1, NOW))
        .hasMessage("hostile");
  }

  @Test
  void memoryThatHasEnded() {
    Arena ended;
    Tensor tensor;
    try (var arena = Arena.ofConfined()) {
      ended = arena;
      tensor = Tensor.wrap(arena.allocate(4_000_000), DType.FLOAT32, 1_000_000);
    }
    assertThat(catchThrowable(() -> runtime.put(tensor)))
        .isInstanceOfAny(MobulaException.class, IllegalStateException.class);
    var value = runtime.put(Tensor.of(new float[1_000_000]));
    assertThat(catchThrowable(() -> value.get(ended)))
        .isInstanceOfAny(MobulaException.class, IllegalStateException.class);
    assertThat(value.get(LONG).shape()).containsExactly(1_000_000);
  }

  // ---- threads

  @Test
  void aThreadThatIsInterruptedWhileItDoesNothing() throws Exception {
    RuntimeSource.assumeOneNode("it keeps a thread of the node");
    for (int i = 0; i < 200; i++) {
      SLOTS.clear();
      assertThat(runtime.task(ApiMisuseTest::keepThread).remote().get(LONG)).isFalse();
      SLOTS.forEach(Thread::interrupt);
    }
  }

  private static final List<Thread> SLOTS = new CopyOnWriteArrayList<>();

  static boolean keepThread() {
    SLOTS.add(Thread.currentThread());
    return Thread.interrupted();
  }

  @Test
  void thousandsOfVirtualThreadsWaitForOneRef() throws Exception {
    var latch = latch();
    var ref = runtime.task(ApiMisuseTest::after, latch).remote();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var waiting = new ArrayList<Future<Integer>>();
      for (int i = 0; i < 2_000; i++) {
        waiting.add(threads.submit(() -> ref.get(LONG)));
      }
      latch.open();
      for (var each : waiting) {
        assertThat(each.get(LONG.toSeconds(), TimeUnit.SECONDS)).isEqualTo(1);
      }
    }
  }

  static int after(FileLatch latch) throws Exception {
    latch.await();
    return 1;
  }

  @Test
  void aHundredThousandRefsAtOnce() {
    var refs = new ArrayList<ObjectRef<Integer>>();
    for (int i = 0; i < 100_000; i++) {
      refs.add(runtime.put(i));
    }
    assertThat(runtime.wait(refs, refs.size(), LONG).ready()).hasSize(refs.size());
    assertThat(runtime.get(refs, LONG)).hasSize(refs.size());
    refs.forEach(ObjectRef::close);
  }

  // ---- callbacks

  @Test
  void whatCallbacksDoWithTheRuntime() throws Exception {
    var latch = latch();
    var ref = runtime.task(ApiMisuseTest::after, latch).remote();
    var counter = runtime.actor(Counter::new).remote();
    var done = ref.toCompletableFuture().thenApply(value -> {
      ref.cancel();
      ref.close();
      int sum = runtime.task((Integer x) -> x + 1, value).remote().get(LONG)
          + counter.call(Counter::add).remote().get(LONG)
          + runtime.put(5).get(LONG);
      counter.kill();
      return sum;
    });
    latch.open();
    assertThat(done.get(LONG.toSeconds(), TimeUnit.SECONDS)).isEqualTo(8);
  }

  // ---- closing

  @Test
  void aRuntimeThatIsClosedByItsTaskActorAndCallback() throws Exception {
    List<java.util.function.Function<MobulaRuntime, Future<?>>> closers = List.of(
        own -> own.task(ApiMisuseTest::closeOwn).remote().toCompletableFuture(),
        own -> own.actor(ClosingActor::new)
            .remote()
            .call(ClosingActor::close)
            .remote()
            .toCompletableFuture(),
        own -> own.task(() -> 1).remote().toCompletableFuture().thenRun(own::close));
    for (var closer : closers) {
      var own = Mobula.init(
          Mobula.settings().cpus(1).storeCapacity(1 << 22).set("mobula.close-timeout", "1s"));
      var outcome = closer.apply(own);
      assertThat(own.awaitClosed(LONG)).isTrue();
      var thrown = catchThrowable(() -> outcome.get(LONG.toSeconds(), TimeUnit.SECONDS));
      if (thrown != null) {
        assertThat(thrown.getCause()).isInstanceOf(MobulaException.class);
      }
      assertThatThrownBy(() -> own.put(1)).isInstanceOf(RuntimeClosedException.class);
      assertThatThrownBy(() -> own.task(() -> 1).remote())
          .isInstanceOf(RuntimeClosedException.class);
      own.close();
    }
  }

  static int closeOwn() {
    Mobula.context().runtime().close();
    return 1;
  }

  static class ClosingActor {
    int close() {
      return closeOwn();
    }
  }

  // ---- recursion

  /** Uses every feature on each level, until the stack overflows somewhere inside. */
  @SuppressWarnings("InfiniteRecursion") // intended
  private int deeper(int level, ObjectRef<Integer> ref, List<ObjectRef<Integer>> begun) {
    switch (level % 4) {
      case 0 -> begun.add(runtime.put(level));
      case 1 ->
        begun.add(runtime.task((Integer x) -> x + 1, level).maxRetries(0).remote());
      case 2 -> assertThat(ref.get(LONG)).isEqualTo(1);
      default -> ref.toCompletableFuture();
    }
    return deeper(level + 1, ref, begun) + 1;
  }

  @Test
  void aFullStackInsideOfMobulaHarmsOnlyItsOwn() throws Exception {
    var ref = runtime.put(1);
    for (int round = 0; round < 20; round++) {
      var begun = new ArrayList<ObjectRef<Integer>>();
      var caught = new AtomicInteger();
      int size = 160 + 16 * round; // KiB: overflows in another place each time
      var thread = new Thread(
          null,
          () -> {
            try {
              deeper(0, ref, begun);
            } catch (StackOverflowError | MobulaException full) {
              caught.incrementAndGet();
            }
          },
          "deep",
          size << 10);
      thread.setDaemon(true);
      thread.start();
      thread.join(LONG.toMillis());
      assertThat(thread.isAlive()).isFalse();
      assertThat(caught).hasValue(1);
      for (var each : begun) {
        assertThat(catchThrowable(() -> each.get(LONG)))
            .satisfiesAnyOf(
                thrown -> assertThat(thrown).isNull(),
                thrown -> assertThat(thrown)
                    .isInstanceOf(MobulaException.class)
                    .isNotInstanceOf(io.mobula.error.GetTimeoutException.class));
      }
    }
  }

  static int nested(int depth) {
    return depth == 0
        ? 0
        : 1 + Mobula.task(ApiMisuseTest::nested, depth - 1).remote().get(LONG);
  }

  @Test
  @Tag("long")
  @Timeout(300)
  void tasksThatWaitForTasksThousandsDeep() {
    assertThat(runtime.task(ApiMisuseTest::nested, 3_000).remote().get(Duration.ofMinutes(4)))
        .isEqualTo(3_000);
  }

  @Test
  void optionsOutOfRange() {
    List<ThrowingCallable> calls = List.of(
        () -> runtime.create(-1),
        () -> runtime.task(() -> List.of(1)).remote(ResultForm.many(0)),
        () -> runtime.get(List.of(runtime.put(1)), Duration.ofMillis(-1)),
        () -> runtime.wait(List.of(runtime.put(1)), 2, NOW),
        () -> runtime.task(() -> 1).timeout(Duration.ZERO),
        () -> runtime.task(() -> 1).name("n".repeat(2_000)),
        () -> runtime.task(() -> 1).cpus(-1),
        () -> runtime.task(() -> 1).cpus(Double.NaN));
    for (int i = 0; i < calls.size(); i++) {
      assertThat(catchThrowable(calls.get(i)))
          .as("call %d", i)
          .isInstanceOf(InvalidRequestException.class);
    }
  }
}
