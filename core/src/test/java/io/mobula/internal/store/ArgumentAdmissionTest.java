package io.mobula.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.NodeId;
import io.mobula.ObjectRef;
import io.mobula.error.StoreFullException;
import io.mobula.error.WaitInterruptedException;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.codec.CodecOptions;
import io.mobula.internal.execution.CpuHold;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.memory.StoreOptions;
import io.mobula.spi.SpillTarget;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Calls whose arguments are on a disk, with a store of one MiB that has memory for ten arguments.
 */
@Timeout(60)
class ArgumentAdmissionTest {
  private static final int CAPACITY = 1 << 20;
  private static final int BYTES = 100_000;
  private static final Object NO_FUNCTION = "none";

  @TempDir
  Path directory;

  private final HeapSpillTarget disk = new HeapSpillTarget();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private ObjectStore store;

  private void open(Duration fullTimeout) {
    var memory = SharedStore.open(new StoreOptions(directory, CAPACITY, CAPACITY, false));
    var nowhere = new SpillTarget.SpillSettings(List.of(), 0, 0);
    store = new ObjectStore(
        new NodeId(7),
        Codec.create(CodecOptions.defaults()),
        memory,
        new ObjectStore.Limits(
            1024, fullTimeout, new SpillConfig(nowhere, 0.9, spillSettings -> disk)),
        Runnable::run);
  }

  @AfterEach
  void close() throws Exception {
    threads.shutdownNow();
    assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    store.close();
  }

  private static MemorySegment numbers(int fill) {
    var numbers = Arena.ofAuto().allocate(BYTES);
    numbers.fill((byte) fill);
    return numbers;
  }

  /** Puts that many values; the first ones are spilled to make room for the last. */
  private Object[] values(int count) {
    var refs = new ArrayList<ObjectRef<MemorySegment>>();
    for (int i = 0; i < count + 10; i++) {
      refs.add(store.put(numbers(i)));
    }
    refs.subList(count, refs.size()).forEach(ObjectRef::close);
    return refs.subList(0, count).stream()
        .map(ref -> EntryRef.entryOf(ref, store))
        .toArray();
  }

  /**
   * Runs a call that reads all arguments, runs the body and releases them. Returns the first byte
   * of each.
   */
  private List<Integer> call(Object[] arguments, Callable<?> body) throws Exception {
    try (var gathered = store.fetchArguments(NO_FUNCTION, arguments);
        var arena = Arena.ofShared()) {
      var views = new ArrayList<MemorySegment>();
      for (var argument : arguments) {
        views.add((MemorySegment) store.valueOf((ObjectEntry) argument, arena));
      }
      gathered.unpinRead();
      body.call();
      return views.stream()
          .map(view -> (int) view.get(ValueLayout.JAVA_BYTE, BYTES - 1))
          .toList();
    }
  }

  @Test
  void callsThatWantMoreTogetherThanThereIsTakeTurns() throws Exception {
    open(Duration.ofSeconds(10));
    var values = values(32);
    var started = new CountDownLatch(8);
    var calls = new ArrayList<Callable<List<Integer>>>();
    for (int i = 0; i < 8; i++) {
      var arguments = Arrays.copyOfRange(values, 4 * i, 4 * i + 4);
      calls.add(() -> {
        started.countDown();
        started.await(); // all at once
        return call(arguments, () -> null);
      });
    }
    long begun = System.nanoTime();
    var results = threads.invokeAll(calls);
    for (int i = 0; i < 8; i++) {
      assertThat(results.get(i).get()).containsExactly(4 * i, 4 * i + 1, 4 * i + 2, 4 * i + 3);
    }
    assertThat(Duration.ofNanos(System.nanoTime() - begun))
        .as("nobody has waited until somebody gave up")
        .isLessThan(Duration.ofSeconds(10));
  }

  @Test
  void whatCanNeverFitIsRefusedAtOnceAndNamesTheSizes() {
    open(Duration.ofHours(1));
    var values = values(12);
    assertThatThrownBy(() -> store.fetchArguments(NO_FUNCTION, values))
        .isInstanceOf(StoreFullException.class)
        .hasMessageContaining("arguments")
        .hasMessageContaining(String.valueOf(CAPACITY))
        .hasMessageContaining("100");
    assertThat(store.usage().usedBytes()).as("it holds no room").isLessThan(CAPACITY);
  }

  @Test
  void aCallWaitsForOneThatRunsLongerThanAFullStoreWaits() throws Exception {
    var fullTimeout = Duration.ofMillis(100);
    open(fullTimeout);
    var values = values(12);
    var holds = new CountDownLatch(1);
    var end = new CountDownLatch(1);
    var first = threads.submit(() -> call(Arrays.copyOfRange(values, 0, 6), () -> {
      holds.countDown();
      end.await();
      return null;
    }));
    holds.await();
    var second = threads.submit(() -> call(Arrays.copyOfRange(values, 6, 12), () -> null));
    assertThatThrownBy(() -> second.get(5 * fullTimeout.toMillis(), TimeUnit.MILLISECONDS))
        .isInstanceOf(java.util.concurrent.TimeoutException.class);
    end.countDown();
    assertThat(first.get()).hasSize(6);
    assertThat(second.get()).containsExactly(6, 7, 8, 9, 10, 11);
  }

  @Test
  void aCallDoesNotWaitForOneThatWaitsForAnObject() throws Exception {
    open(Duration.ofMillis(100));
    var values = values(12);
    var holds = new CountDownLatch(1);
    var end = new CountDownLatch(1);
    var waiting = execution();
    var first = threads.submit(() -> waiting.run(() -> {
      waiting.waitingOn("its child's result");
      return call(Arrays.copyOfRange(values, 0, 6), () -> {
        holds.countDown();
        end.await();
        return null;
      });
    }));
    holds.await();
    assertThatThrownBy(() -> call(Arrays.copyOfRange(values, 6, 12), () -> null))
        .isInstanceOf(StoreFullException.class)
        .hasMessageContaining("arguments");
    end.countDown();
    assertThat(first.get()).hasSize(6);
    assertThat(call(Arrays.copyOfRange(values, 6, 12), () -> null)).hasSize(6);
  }

  @Test
  void whoIsInterruptedLeavesTheLine() throws Exception {
    open(Duration.ofSeconds(20));
    var values = values(24);
    var holds = new CountDownLatch(1);
    var end = new CountDownLatch(1);
    var first = threads.submit(() -> call(Arrays.copyOfRange(values, 0, 6), () -> {
      holds.countDown();
      end.await();
      return null;
    }));
    holds.await();
    var waiting = new ArrayList<Thread>();
    var failures = new ArrayList<Throwable>();
    for (int from = 6; from < 18; from += 6) { // one is admitted, the other waits for it
      var arguments = Arrays.copyOfRange(values, from, from + 6);
      waiting.add(Thread.ofPlatform().start(() -> {
        try {
          call(arguments, () -> null);
        } catch (Exception e) {
          synchronized (failures) {
            failures.add(e);
          }
        }
      }));
    }
    for (var thread : waiting) {
      thread.interrupt();
      thread.join();
    }
    assertThat(failures)
        .hasSize(2)
        .allMatch(failure ->
            failure instanceof WaitInterruptedException || failure instanceof StoreFullException);
    end.countDown();
    assertThat(first.get()).hasSize(6);
    assertThat(call(Arrays.copyOfRange(values, 18, 24), () -> null)).hasSize(6);
  }

  @SuppressWarnings("NullAway") // nobody asks what it is
  private static Execution execution() {
    return new Execution(null, "parent", CpuHold.NOTHING, () -> null);
  }
}
