package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.Mobula;
import io.mobula.ObjectRef;
import io.mobula.Settings;
import io.mobula.error.MobulaException;
import io.mobula.error.SubmissionRejectedException;
import io.mobula.error.TaskCancelledException;
import io.mobula.testkit.PollingAssert;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;

/** Test of submission: its limits, captured values, and many kinds of work at once. */
class SubmissionTest extends ContractTest {

  static int pass(Object ignored, FileLatch latch) throws Exception {
    latch.await();
    return 1;
  }

  private Settings narrow(String patience) {
    return settings()
        .set("mobula.tasks.max-pending", 3)
        .set("mobula.tasks.max-pending-bytes", "100 KiB")
        .set("mobula.tasks.submit-timeout", patience);
  }

  @Test
  void tooMuchPendingIsRefusedAfterAWhile() throws Exception {
    try (var bounded = RuntimeSource.present().open(narrow("100ms"))) {
      var latch = latch();
      var refs = new ArrayList<ObjectRef<Integer>>();
      for (int i = 0; i < 3; i++) {
        refs.add(bounded.task(SubmissionTest::pass, (Object) i, latch).remote());
      }
      assertThatThrownBy(() -> bounded
              .task(SubmissionTest::pass, (Object) 4, latch)
              .name("fourth")
              .remote())
          .isInstanceOf(SubmissionRejectedException.class)
          .hasMessageContaining("fourth")
          .hasMessageContaining("3 tasks")
          .hasMessageContaining("mobula.tasks.max-pending");
      latch.open();
      bounded.get(refs, LONG);
      assertThat(bounded.task(SubmissionTest::pass, (Object) 5, latch).remote().get(LONG))
          .isEqualTo(1);
    }
  }

  @Test
  void bytesOfArgumentsAreBoundedToo() throws Exception {
    try (var bounded = RuntimeSource.present().open(narrow("100ms"))) {
      var latch = latch();
      // an array would be stored in shared memory
      Object text = new StringBuilder("x".repeat(90_000));
      var first = bounded.task(SubmissionTest::pass, text, latch).remote();
      assertThatThrownBy(() -> bounded.task(SubmissionTest::pass, text, latch).remote())
          .isInstanceOf(SubmissionRejectedException.class);
      var large = bounded
          .task(SubmissionTest::pass, (Object) new byte[5_000_000], latch)
          .remote();
      latch.open();
      bounded.get(List.of(first, large), LONG);
    }
  }

  @Test
  void submittingWaitsForRoom() throws Exception {
    try (var bounded = RuntimeSource.present().open(narrow("30s"))) {
      var latch = latch();
      latch.open();
      var refs = new ArrayList<ObjectRef<Integer>>();
      for (int i = 0; i < 200; i++) {
        refs.add(bounded.task(SubmissionTest::pass, (Object) i, latch).remote());
      }
      assertThat(bounded.get(refs, LONG)).hasSize(200);
    }
  }

  @Test
  void theLoggingContextOfTheCallerTravelsAlongAndDoesNotStay() {
    MDC.put("request", "42");
    try {
      var direct = runtime.task(() -> MDC.get("request")).remote();
      var nested = runtime
          .task(() -> Mobula.task(() -> MDC.get("request")).remote().get())
          .remote();
      assertThat(direct.get(LONG)).isEqualTo("42");
      assertThat(nested.get(LONG)).isEqualTo("42");
    } finally {
      MDC.clear();
    }
    for (int i = 0; i < 20; i++) {
      assertThat(runtime.task(() -> MDC.get("request")).remote().get(LONG)).isNull();
    }
  }

  // ---- everything at once

  static int work(int depth, int millis) throws Exception {
    if (millis > 0) {
      TimeUnit.MILLISECONDS.sleep(millis); // CPU work, not a wait
    }
    return depth == 0
        ? 1
        : 1 + Mobula.task(SubmissionTest::work, depth - 1, millis).remote().get();
  }

  static byte[] large(int size) {
    return new byte[size];
  }

  @ParameterizedTest
  @ValueSource(longs = {101, 102})
  void inAStormEveryRefEndsAndEverythingComesBack(long seed) throws Exception {
    var storms = new ArrayList<Future<?>>();
    try (var threads = Executors.newFixedThreadPool(6)) {
      for (int i = 0; i < 6; i++) {
        var random = new Random(seed * 10 + i);
        storms.add(threads.submit(() -> storm(random)));
      }
      for (var each : storms) {
        each.get(50, TimeUnit.SECONDS);
      }
    }
    PollingAssert.untilEqual(runtime.totalResources(), runtime::availableResources);
    PollingAssert.until("nothing waits", () -> runtime.waiting().isEmpty());
    PollingAssert.untilCollected(
        "the store is empty", () -> runtime.storeUsage().objects() == 0);
  }

  private void storm(Random random) {
    var refs = new ArrayList<ObjectRef<?>>();
    for (int i = 0; i < 150; i++) {
      refs.add(start(random, refs));
      var one = refs.get(random.nextInt(refs.size()));
      switch (random.nextInt(8)) {
        case 0 -> one.cancel();
        case 1 -> one.toCompletableFuture().exceptionally(failed -> null);
        case 2 -> runtime.wait(List.of(one), 1, Duration.ofMillis(1));
        case 3 -> {
          if (refs.size() > 1) {
            refs.remove(one);
            one.close();
          }
        }
        default -> {}
      }
    }
    for (var ref : refs) {
      try {
        ref.get(LONG);
      } catch (io.mobula.error.GetTimeoutException hangs) {
        throw hangs;
      } catch (MobulaException cancelledOrTimedOut) {
        assertThat(ref.isReady()).isTrue();
      }
      ref.close();
    }
  }

  private ObjectRef<?> start(Random random, List<ObjectRef<?>> refs) {
    double cpus = random.nextInt(5) / 2.0;
    var task = runtime.task(SubmissionTest::work).cpus(cpus);
    return switch (random.nextInt(6)) {
      case 0 -> task.remote(random.nextInt(4), 0);
      case 1 -> task.timeout(Duration.ofMillis(5)).remote(1, random.nextInt(10));
      case 2 -> task.totalTimeout(Duration.ofMillis(8)).remote(0, random.nextInt(10));
      case 3 -> runtime.task(SubmissionTest::large, random.nextInt(300_000)).remote();
      case 4 ->
        refs.isEmpty() ? task.remote(0, 0) : dependent(refs.get(random.nextInt(refs.size())), cpus);
      default -> task.gpus(random.nextInt(3)).remote(0, random.nextInt(3));
    };
  }

  private ObjectRef<?> dependent(ObjectRef<?> on, double cpus) {
    return runtime.task((Object value) -> value == null ? 0 : 1, on).cpus(cpus).remote();
  }

  @Test
  void aCancelledTreeOfTasksLeavesNothingRunning() throws Exception {
    for (int round = 0; round < 20; round++) {
      var latch = latch();
      var root = runtime.task(SubmissionTest::tree, 5, latch).cpus(0).remote();
      if (round % 2 == 0) {
        PollingAssert.until("some wait", () -> runtime.availableResources() != null);
      }
      root.cancel(true);
      assertThatThrownBy(() -> root.get(LONG)).isInstanceOf(TaskCancelledException.class);
      PollingAssert.until("all are cancelled", () -> runtime.waiting().isEmpty());
      PollingAssert.untilEqual(runtime.totalResources(), runtime::availableResources);
    }
  }

  static int tree(int depth, FileLatch latch) throws Exception {
    if (depth == 0) {
      latch.await();
      return 1;
    }
    var children = List.of(
        Mobula.task(SubmissionTest::tree, depth - 1, latch).cpus(0.1).remote(),
        Mobula.task(SubmissionTest::tree, depth - 1, latch).cpus(0.1).remote());
    return Mobula.get(children).stream().mapToInt(Integer::intValue).sum();
  }
}
