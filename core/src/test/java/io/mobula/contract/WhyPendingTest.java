package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ObjectRef;
import io.mobula.ResultForm;
import io.mobula.error.GetTimeoutException;
import io.mobula.error.TaskTimeoutException;
import io.mobula.info.WaitReport;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.testkit.PollingAssert;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Test of wait reports: the chain to the part that must act. */
class WhyPendingTest extends ContractTest {

  static int hold(FileLatch latch) throws Exception {
    latch.await();
    return 1;
  }

  static int plusOne(int value) {
    return value + 1;
  }

  static int read(List<ObjectRef<Integer>> refs) {
    return refs.getFirst().get();
  }

  static CompletionStage<Integer> stage(FileLatch latch) {
    return CompletableFuture.supplyAsync(() -> {
      try {
        return hold(latch);
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    });
  }

  static Stream<Integer> numbers(FileLatch latch) {
    return Stream.of(1, 2).map(each -> {
      try {
        return each + hold(latch);
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    });
  }

  static final class BlockingActor {
    int hold(FileLatch latch) throws Exception {
      return WhyPendingTest.hold(latch);
    }
  }

  /**
   * Asserts the end of a chain. In a cluster the work may be in another process, which reports what
   * it waits for.
   */
  private void assertEnd(ObjectRef<?> ref, WaitCause here, String... texts) throws Exception {
    PollingAssert.until(() -> "the report is so: " + runtime.whyPending(ref).text(), () -> {
      var report = runtime.whyPending(ref);
      return List.of(here, WaitCause.PEER).contains(report.cause())
          && Stream.of(texts).allMatch(report.text()::contains);
    });
  }

  @Test
  void aTaskThatRuns() throws Exception {
    var latch = latch();
    var ref = runtime.task(WhyPendingTest::hold, latch).remote();
    assertEnd(ref, WaitCause.RUNNING, "WhyPendingTest.hold", "runs in thread");
    latch.open();
    ref.get();
    assertThat(runtime.whyPending(ref).cause()).isEqualTo(WaitCause.READY);
  }

  @Test
  void aTaskBehindBusyProcessors() throws Exception {
    var latch = latch();
    var busy = new ArrayList<ObjectRef<Integer>>();
    for (int i = 0; i < 5; i++) {
      busy.add(runtime.task(WhyPendingTest::hold, latch).remote());
    }
    PollingAssert.until(
        "the processors are busy", () -> runtime.availableResources().amount("CPU") < 2);
    var queued = runtime.task(WhyPendingTest::plusOne, 1).cpus(2).remote();
    assertEnd(queued, WaitCause.RESOURCES, "slot", "CPU");
    latch.open();
    runtime.get(busy);
    assertThat(queued.get()).isEqualTo(2);
  }

  @Test
  void aTaskThatWaitsForItsArgument() throws Exception {
    var latch = latch();
    var first = runtime.task(WhyPendingTest::hold, latch).remote();
    var second = runtime.task(WhyPendingTest::plusOne, first).remote();
    assertEnd(
        second,
        WaitCause.RUNNING,
        "1 of its arguments",
        first.id().toString(),
        "WhyPendingTest.hold");
    latch.open();
    assertThat(second.get()).isEqualTo(2);
  }

  @Test
  void aTaskThatGetsAnother() throws Exception {
    var latch = latch();
    var first = runtime.task(WhyPendingTest::hold, latch).remote();
    var second = runtime.task(WhyPendingTest::read, List.of(first)).remote();
    assertEnd(second, WaitCause.RUNNING, "waits for 1 of 1 objects", "WhyPendingTest.read");
    latch.open();
    assertThat(second.get()).isEqualTo(1);
  }

  @Test
  void aCallBehindABusyActor() throws Exception {
    var latch = latch();
    var actor = runtime.actor(BlockingActor::new).remote();
    var first = actor.call(BlockingActor::hold, latch).remote();
    var second = actor.call(BlockingActor::hold, latch).remote();
    assertEnd(first, WaitCause.RUNNING, "BlockingActor.hold");
    assertEnd(second, WaitCause.RUNNING, "waits for its turn", "it runs BlockingActor.hold");
    latch.open();
    runtime.get(List.of(first, second));
  }

  @Test
  void aCallBehindOthersThatRunAtTheSameTime() throws Exception {
    var latch = latch();
    var actor = runtime.actor(BlockingActor::new).maxConcurrency(2).remote();
    var calls = Stream.generate(() -> actor.call(BlockingActor::hold, latch).remote())
        .limit(3)
        .toList();
    assertEnd(calls.get(0), WaitCause.RUNNING, "BlockingActor.hold");
    assertEnd(calls.get(1), WaitCause.RUNNING, "BlockingActor.hold");
    assertEnd(calls.get(2), WaitCause.RUNNING, "waits for its turn", "it runs BlockingActor.hold");
    latch.open();
    runtime.get(calls);
  }

  @Test
  void aStageOfTheProgram() throws Exception {
    var latch = latch();
    ObjectRef<Integer> ref = runtime.task(WhyPendingTest::stage, latch).remote(ResultForm.async());
    assertEnd(ref, WaitCause.PROGRAM, "stage");
    latch.open();
    assertThat(ref.get()).isEqualTo(1);
  }

  @Test
  void messagesAboutTimeoutsSayWhy() throws Exception {
    var latch = latch();
    var ref = runtime.task(WhyPendingTest::hold, latch).remote();
    var behind = runtime.task(WhyPendingTest::plusOne, ref).remote();
    assertThatThrownBy(() -> behind.get(Duration.ofMillis(300)))
        .isInstanceOf(GetTimeoutException.class)
        .hasMessageContaining("It waits: task WhyPendingTest.plusOne")
        .hasMessageContaining("WhyPendingTest.hold");
    assertThatThrownBy(() -> runtime.get(List.of(behind), Duration.ofMillis(300)))
        .isInstanceOf(GetTimeoutException.class)
        .hasMessageContaining("It waits: task WhyPendingTest.plusOne");
    var late = runtime
        .task(WhyPendingTest::plusOne, ref)
        .totalTimeout(Duration.ofMillis(200))
        .remote();
    assertThatThrownBy(() -> late.get(LONG))
        .isInstanceOf(TaskTimeoutException.class)
        .hasMessageContaining("1 of its arguments");
    latch.open();
    assertThat(behind.get()).isEqualTo(2);
  }

  @Test
  void everythingThatIsPendingIsListed() throws Exception {
    var latch = latch();
    var ref = runtime.task(WhyPendingTest::hold, latch).remote();
    var call = runtime
        .actor(BlockingActor::new)
        .remote()
        .call(BlockingActor::hold, latch)
        .remote();
    var stream = runtime.task(WhyPendingTest::numbers, latch).remote(ResultForm.stream());
    var reader = Thread.ofPlatform()
        .name("reader")
        .start(() -> assertThat(stream.iterator().hasNext()).isTrue());
    for (var text : List.of("WhyPendingTest.hold", "BlockingActor.hold", "thread reader waits")) {
      PollingAssert.until(text, () -> texts().anyMatch(each -> each.contains(text)));
    }
    latch.open();
    ref.get();
    call.get();
    reader.join();
    stream.close();
    PollingAssert.until(
        () -> "nothing waits, and not " + texts().toList(),
        () -> texts().findAny().isEmpty());
  }

  private Stream<String> texts() {
    return runtime.pending().stream().map(WaitReport::text);
  }
}
