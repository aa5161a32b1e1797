package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.Mobula;
import io.mobula.ObjectRef;
import io.mobula.ResultForm;
import io.mobula.error.TaskCancelledException;
import io.mobula.testkit.PollingAssert;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Test of tasks that are cancelled at each stage of their life, with and without descendants. */
class TaskCancellationTest extends ContractTest {

  static int one(FileEventLog eventLog) throws Exception {
    eventLog.add("ran");
    return 1;
  }

  static int spinning(FileEventLog eventLog) throws Exception {
    eventLog.add("started");
    PollingAssert.spinUntil("cancelled", () -> Mobula.context().isCancelled());
    eventLog.add("saw it");
    return 1;
  }

  @Test
  void aPendingTaskThatIsCancelledNeverRuns() throws Exception {
    var latch = latch();
    var eventLog = eventLog();
    var first = runtime.task(TaskLifecycleTest::waiting, latch, eventLog()).remote();
    var second = runtime
        .task(
            (Integer x, FileEventLog j) -> {
              j.add("ran");
              return x;
            },
            first,
            eventLog)
        .remote();
    assertThat(second.cancel()).isTrue();
    assertThatThrownBy(second::get).isInstanceOf(TaskCancelledException.class);
    latch.open();
    assertThat(first.get()).isEqualTo(1);
    assertThat(runtime.task(TaskLifecycleTest::pass, 3).remote().get()).isEqualTo(3);
    assertThat(eventLog.events()).isEmpty();
  }

  @Test
  void aQueuedTaskThatIsCancelledNeverRuns() throws Exception {
    var latch = latch();
    var started = eventLog();
    var eventLog = eventLog();
    var holder =
        runtime.task(TaskLifecycleTest::waiting, latch, started).cpus(4).remote();
    started.await("started", 1);
    var queued = runtime.task(TaskCancellationTest::one, eventLog).cpus(4).remote();
    queued.cancel();
    assertThatThrownBy(queued::get).isInstanceOf(TaskCancelledException.class);
    latch.open();
    holder.get();
    assertThat(runtime.task(TaskLifecycleTest::pass, 3).cpus(4).remote().get(LONG))
        .isEqualTo(3);
    assertThat(eventLog.events()).isEmpty();
  }

  @Test
  void aRunningTaskThatIsCancelledIsInterrupted() throws Exception {
    var eventLog = eventLog();
    var ref = runtime.task(TaskLifecycleTest::waiting, latch(), eventLog).remote();
    eventLog.await("started", 1);
    assertThat(ref.cancel()).isTrue();
    assertThatThrownBy(ref::get)
        .isInstanceOf(TaskCancelledException.class)
        .hasMessageContaining("waiting");
    eventLog.await("interrupted, cancelled", 1);
  }

  @Test
  void aRunningTaskThatNeverBlocksSeesItsCancellation() throws Exception {
    var eventLog = eventLog();
    var ref = runtime.task(TaskCancellationTest::spinning, eventLog).remote();
    eventLog.await("started", 1);
    ref.cancel();
    eventLog.await("saw it", 1);
    assertThatThrownBy(ref::get).isInstanceOf(TaskCancelledException.class);
  }

  @Test
  void theInterruptOfACancelledTaskDoesNotReachTheNext() throws Exception {
    try (var small = RuntimeSource.present().open(settings().cpus(1))) {
      for (int i = 0; i < 50; i++) {
        var eventLog = eventLog();
        var ref = small.task(TaskLifecycleTest::waiting, latch(), eventLog).remote();
        var next = small.task(() -> Thread.currentThread().isInterrupted()).remote();
        eventLog.await("started", 1);
        ref.cancel();
        assertThat(next.get(LONG)).isFalse();
      }
    }
  }

  @Test
  void cancellingWhatIsDoneDoesNothing() {
    var ref = runtime.task(TaskLifecycleTest::pass, 3).remote();
    ref.get();
    assertThat(ref.cancel()).isFalse();
    assertThat(ref.get()).isEqualTo(3);
    assertThat(runtime.put(1).cancel()).isFalse();
  }

  static int parent(FileLatch latch, FileEventLog eventLog) throws Exception {
    var child = Mobula.task(TaskLifecycleTest::waiting, latch, eventLog).cpus(0).remote();
    eventLog.add("parent");
    return child.get();
  }

  static int grandparent(FileLatch latch, FileEventLog eventLog) {
    return Mobula.task(TaskCancellationTest::parent, latch, eventLog).remote().get();
  }

  @Test
  void recursiveCancellingStopsWhatTheTaskStarted() throws Exception {
    var eventLog = eventLog();
    var ref = runtime.task(TaskCancellationTest::grandparent, latch(), eventLog).remote();
    eventLog.await("started", 1);
    ref.cancel(true);
    eventLog.await("interrupted, cancelled", 1);
    assertThatThrownBy(ref::get).isInstanceOf(TaskCancelledException.class);
  }

  @Test
  void cancellingWithoutRecursionLeavesChildrenAlone() throws Exception {
    var eventLog = eventLog();
    var latch = latch();
    var ref = runtime.task(TaskCancellationTest::parent, latch, eventLog).remote();
    eventLog.await("started", 1);
    ref.cancel(false);
    assertThatThrownBy(ref::get).isInstanceOf(TaskCancelledException.class);
    latch.open();
    PollingAssert.until("the child is done", () -> runtime.waiting().isEmpty());
    assertThat(eventLog.events()).noneMatch(event -> event.startsWith("interrupted"));
  }

  @Test
  void aCancelledTaskMayStartNoMore() throws Exception {
    var eventLog = eventLog();
    var ran = eventLog();
    var ref = runtime
        .task(() -> {
          eventLog.add("started");
          PollingAssert.spinUntil("cancelled", () -> Mobula.context().isCancelled());
          try {
            return Mobula.task(TaskCancellationTest::one, ran).remote().get();
          } catch (TaskCancelledException refused) {
            eventLog.add("refused");
            throw refused;
          }
        })
        .remote();
    eventLog.await("started", 1);
    ref.cancel();
    eventLog.await("refused", 1);
    assertThat(ran.events()).isEmpty();
  }

  @Test
  void cancellingATaskThatReturnedAStageFailsItsRef() {
    var ref = runtime.task(() -> new CompletableFuture<Integer>()).remote();
    ref.cancel();
    assertThatThrownBy(() -> ref.get(LONG)).isInstanceOf(TaskCancelledException.class);
  }

  @Test
  void whatDependsOnACancelledTaskFailsWithIt() throws Exception {
    var eventLog = eventLog();
    var ref = runtime.task(TaskLifecycleTest::waiting, latch(), eventLog).remote();
    var dependent = runtime.task(TaskLifecycleTest::pass, ref).remote();
    eventLog.await("started", 1);
    ref.cancel();
    assertThatThrownBy(() -> dependent.get(LONG)).isInstanceOf(TaskCancelledException.class);
    eventLog.await("interrupted, cancelled", 1); // it writes nothing after that
  }

  @Test
  void cancelReachesAnAttemptThatBeganBeforeTheOneBeforeItHadLetGo() throws Exception {
    for (int i = 0; i < 20; i++) {
      var eventLog = eventLog();
      var ref = runtime
          .task(TaskCancellationTest::failOnceThenWait, eventLog)
          .retryOn(IllegalStateException.class)
          .backoff(Duration.ZERO)
          .remote();
      eventLog.await("second", 1);
      ref.cancel();
      eventLog.await("interrupted", 1);
    }
  }

  static int failOnceThenWait(FileEventLog eventLog) throws Exception {
    if (Mobula.context().attempt() == 1) {
      throw new IllegalStateException("first");
    }
    eventLog.add("second");
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      eventLog.add("interrupted");
    }
    return 1;
  }

  @Test
  void manyResultsEndAllOneWay() throws Exception {
    for (int i = 0; i < 200; i++) {
      var refs = runtime.task(() -> List.of(1, 2, 3, 4)).bind().remote(ResultForm.many(4));
      Thread.onSpinWait();
      refs.getFirst().cancel();
      long failed = refs.stream().filter(TaskCancellationTest::hasFailed).count();
      assertThat(failed).isIn(0L, 4L);
    }
  }

  private static boolean hasFailed(ObjectRef<Integer> ref) {
    try {
      ref.get(LONG);
      return false;
    } catch (TaskCancelledException cancelled) {
      return true;
    }
  }
}
