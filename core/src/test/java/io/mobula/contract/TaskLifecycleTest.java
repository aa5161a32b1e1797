package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.Mobula;
import io.mobula.ObjectRef;
import io.mobula.ResultForm;
import io.mobula.error.InvalidRequestException;
import io.mobula.error.TaskCancelledException;
import io.mobula.error.TaskFailedException;
import io.mobula.error.TaskTimeoutException;
import io.mobula.error.WaitInterruptedException;
import io.mobula.testkit.PollingAssert;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Test of the life cycle of tasks: time limits, retries, and the task context. */
class TaskLifecycleTest extends ContractTest {

  static int pass(int x) {
    return x;
  }

  static int waiting(FileLatch latch, FileEventLog eventLog) throws Exception {
    eventLog.add("started");
    try {
      latch.await();
      return 1;
    } catch (InterruptedException e) {
      eventLog.add(Mobula.context().isCancelled() ? "interrupted, cancelled" : "interrupted");
      throw e;
    }
  }

  // ---- limits of time

  @Test
  void anAttemptThatRunsLongerThanItsTimeoutIsInterruptedAndFails() throws Exception {
    var eventLog = eventLog();
    var ref = runtime
        .task(TaskLifecycleTest::waiting, latch(), eventLog)
        .timeout(Duration.ofMillis(100))
        .remote();
    assertThatThrownBy(() -> ref.get(LONG))
        .isInstanceOf(TaskTimeoutException.class)
        .hasMessageContaining("PT0.1S")
        .hasMessageContaining("waiting");
    eventLog.await("interrupted, cancelled", 1);
  }

  @Test
  void theTimeoutDoesNotRunWhileTheTaskWaitsForItsTurn() throws Exception {
    var latch = latch();
    var started = eventLog();
    var holder =
        runtime.task(TaskLifecycleTest::waiting, latch, started).cpus(4).remote();
    started.await("started", 1);
    var queued = runtime
        .task(TaskLifecycleTest::pass, 3)
        .cpus(4)
        .timeout(Duration.ofSeconds(20))
        .remote();
    var late = runtime
        .task(TaskLifecycleTest::pass, 3)
        .cpus(4)
        .totalTimeout(Duration.ofMillis(50))
        .remote();
    assertThatThrownBy(() -> late.get(LONG)).isInstanceOf(TaskTimeoutException.class);
    assertThat(queued.isReady()).isFalse();
    latch.open();
    assertThat(queued.get(LONG)).isEqualTo(3);
    holder.get();
  }

  @Test
  void theTimeoutCoversAStageToo() {
    CompletionStage<Integer> never = new CompletableFuture<>();
    assertThat(never).isNotNull();
    var ref = runtime
        .task(() -> new CompletableFuture<Integer>())
        .timeout(Duration.ofMillis(100))
        .remote();
    assertThatThrownBy(() -> ref.get(LONG)).isInstanceOf(TaskTimeoutException.class);
  }

  @Test
  void theDeadlineCoversWaitingForArguments() {
    var never = runtime.task(() -> new CompletableFuture<Integer>()).remote();
    var ref = runtime
        .task((Object x) -> 1, never)
        .totalTimeout(Duration.ofMillis(100))
        .remote();
    assertThatThrownBy(() -> ref.get(LONG))
        .isInstanceOf(TaskTimeoutException.class)
        .hasMessageContaining("PT0.1S");
    never.cancel();
  }

  @Test
  void theDeadlineCoversRetries() {
    var ref = runtime
        .task(() -> {
          throw new IOException("again");
        })
        .retryOn(IOException.class)
        .maxRetries(1_000_000)
        .backoff(Duration.ofMillis(10))
        .totalTimeout(Duration.ofMillis(300))
        .remote();
    assertThatThrownBy(() -> ref.get(LONG)).isInstanceOf(TaskTimeoutException.class);
  }

  @Test
  void theShortestDeadlineIsKept() {
    var never = runtime.task(() -> new CompletableFuture<Integer>()).remote();
    var refs = new ArrayList<ObjectRef<Integer>>();
    for (int i = 0; i < 300; i++) {
      refs.add(
          runtime.task((Object x) -> 1, never).totalTimeout(Duration.ofNanos(1)).remote());
    }
    for (var ref : refs) {
      assertThatThrownBy(() -> ref.get(LONG)).isInstanceOf(TaskTimeoutException.class);
    }
    never.cancel();
  }

  @Test
  void absurdlyLongLimitsMeanNone() {
    for (var limit : List.of(
        Duration.ofDays(1000), Duration.ofDays(365L * 500), Duration.ofSeconds(Long.MAX_VALUE))) {
      assertThat(runtime
              .task(TaskLifecycleTest::pass, 3)
              .totalTimeout(limit)
              .remote()
              .get(LONG))
          .isEqualTo(3);
      assertThat(
              runtime.task(TaskLifecycleTest::pass, 3).timeout(limit).remote().get(LONG))
          .isEqualTo(3);
      assertThat(
              runtime.task(TaskLifecycleTest::pass, 3).backoff(limit).remote().get(LONG))
          .isEqualTo(3);
      assertThat(runtime.task(TaskLifecycleTest::pass, 3).remote().get(limit)).isEqualTo(3);
    }
  }

  @Test
  void absurdlyLongBackoffIsAMinuteAtMostAndCanBeCancelled() throws Exception {
    var eventLog = eventLog();
    var ref = runtime
        .task(TaskLifecycleTest::failing, eventLog)
        .retryOn(IOException.class)
        .backoff(Duration.ofSeconds(Long.MAX_VALUE))
        .remote();
    eventLog.await("attempt 1", 1);
    PollingAssert.until(
        "it waits for its retry",
        () -> runtime.waiting().stream().anyMatch(waiting -> waiting.why().contains("retry")));
    ref.cancel();
    assertThatThrownBy(() -> ref.get(LONG)).isInstanceOf(TaskCancelledException.class);
  }

  // ---- trying again

  static int failing(FileEventLog eventLog) throws Exception {
    int attempt = Mobula.context().attempt();
    eventLog.add("attempt " + attempt);
    throw attempt < 3
        ? new FileNotFoundException("attempt " + attempt)
        : new IllegalStateException("third");
  }

  static int thirdTimeLucky(FileEventLog eventLog) throws Exception {
    int attempt = Mobula.context().attempt();
    eventLog.add("attempt " + attempt);
    if (attempt < 3) {
      throw new FileNotFoundException("attempt " + attempt);
    }
    return attempt;
  }

  @Test
  void namedExceptionsAndTheirSubclassesAreTriedAgain() throws Exception {
    var eventLog = eventLog();
    var ref = runtime
        .task(TaskLifecycleTest::thirdTimeLucky, eventLog)
        .retryOn(IOException.class)
        .backoff(Duration.ofMillis(1))
        .remote();
    assertThat(ref.get(LONG)).isEqualTo(3);
    assertThat(eventLog.events()).containsExactly("attempt 1", "attempt 2", "attempt 3");
  }

  @Test
  void exceptionsThatAreNotNamedAreNotTriedAgain() throws Exception {
    var eventLog = eventLog();
    var ref = runtime.task(TaskLifecycleTest::thirdTimeLucky, eventLog).remote();
    assertThatThrownBy(ref::get).isInstanceOf(TaskFailedException.class);
    var other = eventLog();
    var named = runtime
        .task(TaskLifecycleTest::failing, other)
        .retryOn(IOException.class)
        .remote();
    assertThatThrownBy(() -> named.get(LONG))
        .hasCauseInstanceOf(IllegalStateException.class)
        .hasMessageContaining("attempt 3");
    assertThat(eventLog.events()).containsExactly("attempt 1");
    assertThat(other.events()).containsExactly("attempt 1", "attempt 2", "attempt 3");
  }

  @Test
  void retriesEndAtTheirMost() throws Exception {
    var eventLog = eventLog();
    var ref = runtime
        .task(TaskLifecycleTest::thirdTimeLucky, eventLog)
        .retryOn(IOException.class)
        .maxRetries(1)
        .backoff(Duration.ZERO)
        .remote();
    assertThatThrownBy(() -> ref.get(LONG))
        .isInstanceOf(TaskFailedException.class)
        .hasMessageContaining("attempt 2");
    var never = runtime
        .task(TaskLifecycleTest::thirdTimeLucky, eventLog())
        .retryOn(IOException.class)
        .maxRetries(0)
        .remote();
    assertThatThrownBy(never::get)
        .isInstanceOf(TaskFailedException.class)
        .hasMessageContaining("attempt 1");
    assertThat(eventLog.events()).hasSize(2);
  }

  @Test
  void aFailedStageIsTriedAgain() {
    var ref = runtime
        .task(() -> Mobula.context().attempt() < 2
            ? CompletableFuture.<Integer>failedFuture(new IOException("stage"))
            : CompletableFuture.completedFuture(8))
        .retryOn(IOException.class)
        .backoff(Duration.ofMillis(1))
        .remote();
    assertThat((Object) ref.get(LONG)).isEqualTo(8);
  }

  @Test
  void eachAttemptGetsFreshArguments() {
    var ref = runtime
        .task(
            (List<Integer> list) -> {
              list.add(1);
              if (Mobula.context().attempt() < 3) {
                throw new IOException("again");
              }
              return list.size();
            },
            new ArrayList<Integer>())
        .retryOn(IOException.class)
        .backoff(Duration.ofMillis(1))
        .remote();
    assertThat(ref.get(LONG)).isEqualTo(1);
  }

  // ---- what it knows of itself

  record ContextSnapshot(
      String name,
      int attempt,
      double cpus,
      String id,
      boolean cancelled,
      boolean deadline,
      boolean self,
      String node) {
    static ContextSnapshot here() {
      var context = Mobula.context();
      return new ContextSnapshot(
          context.name(),
          context.attempt(),
          context.resources().amount("CPU"),
          context.id().toString(),
          context.isCancelled(),
          context.deadline().filter(Instant.now()::isBefore).isPresent(),
          context.self().isPresent(),
          context.node().toString());
    }
  }

  @Test
  void aTaskKnowsItself() {
    var ref = runtime
        .task(ContextSnapshot::here)
        .cpus(2)
        .name("look")
        .totalTimeout(LONG)
        .remote();
    assertThat(ref.get())
        .isEqualTo(new ContextSnapshot(
            "look", 1, 2, ref.id().toString(), false, true, false, workingNode()));
    var plain = runtime.task(ContextSnapshot::here).remote().get();
    assertThat(plain.name()).contains("ContextSnapshot.here");
    assertThat(plain.deadline()).isFalse();
    assertThat(plain.cpus()).isEqualTo(1);
  }

  @Test
  void aThreadThatRunsNoTaskHasNoContext() {
    assertThatThrownBy(Mobula::context).isInstanceOf(io.mobula.error.NoRuntimeException.class);
  }

  @Test
  void getHonoursInterrupts() {
    var ref = runtime.task(() -> new CompletableFuture<Integer>()).remote();
    Thread.currentThread().interrupt();
    assertThatThrownBy(ref::get).isInstanceOf(WaitInterruptedException.class);
    assertThat(Thread.interrupted()).isTrue();
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> runtime.wait(List.of(ref), 1, LONG))
        .isInstanceOf(WaitInterruptedException.class);
    assertThat(Thread.interrupted()).isTrue();
    ref.cancel();
  }

  @Test
  void aTaskThatIsInterruptedByItselfFailsAndLeavesNoTrace() throws Exception {
    var latch = latch();
    var ref = runtime
        .task(() -> {
          Thread.currentThread().interrupt();
          return Mobula.task(TaskLifecycleTest::waiting, latch, new FileEventLog("/dev/null"))
              .remote()
              .get();
        })
        .remote();
    assertThatThrownBy(() -> ref.get(LONG))
        .isInstanceOf(TaskFailedException.class)
        .hasCauseInstanceOf(WaitInterruptedException.class);
    assertThat(
            runtime.task(() -> Thread.currentThread().isInterrupted()).remote().get())
        .isFalse();
    latch.open();
  }

  @Test
  void negativeDeadlinesAreRefused() {
    var ref = runtime.put(new int[] {1});
    assertThatThrownBy(() -> ref.get(Duration.ofNanos(-1)))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> runtime.get(List.of(ref), Duration.ofNanos(-1)))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> runtime.wait(List.of(ref), 1, Duration.ofNanos(-1)))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> ref.get((Duration) null)).isInstanceOf(NullPointerException.class);
  }

  @Test
  void aDeadlineThatPassesWhileATaskIsBeingSubmittedCounts() {
    var refs = runtime
        .task(() -> {
          new CountDownLatch(1).await();
          return List.of(1);
        })
        .totalTimeout(Duration.ofMillis(1))
        .bind()
        .remote(ResultForm.many(1));
    assertThatThrownBy(() -> refs.getFirst().get(LONG)).isInstanceOf(TaskTimeoutException.class);
  }
}
