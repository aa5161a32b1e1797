package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ObjectRef;
import io.mobula.WaitReport;
import io.mobula.WaitReport.WaitCause;
import io.mobula.error.GetTimeoutException;
import io.mobula.error.TaskTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Why something waits: the chain to whoever must act. */
class WhyPendingTest extends ContractTest {

  static int hold(Gate gate) throws Exception {
    gate.await();
    return 1;
  }

  static int plusOne(int value) {
    return value + 1;
  }

  static int read(List<ObjectRef<Integer>> refs) {
    return refs.getFirst().get();
  }

  static CompletionStage<Integer> stage(Gate gate) {
    return CompletableFuture.supplyAsync(() -> {
      try {
        return hold(gate);
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    });
  }

  static Stream<Integer> numbers(Gate gate) {
    return Stream.of(1, 2).map(each -> {
      try {
        return each + hold(gate);
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    });
  }

  static final class Holder {
    int hold(Gate gate) throws Exception {
      return WhyPendingTest.hold(gate);
    }
  }

  /** In a cluster the work may be in another process, which says what it waits for. */
  private void assertEnd(ObjectRef<?> ref, WaitCause here, String... texts) throws Exception {
    Eventually.until(() -> runtime.whyPending(ref).text(), () -> {
      var report = runtime.whyPending(ref);
      return List.of(here, WaitCause.PEER).contains(report.cause())
          && Stream.of(texts).allMatch(report.text()::contains);
    });
  }

  @Test
  void aTaskThatRuns() throws Exception {
    var gate = gate();
    var ref = runtime.task(WhyPendingTest::hold, gate).remote();
    assertEnd(ref, WaitCause.RUNNING, "WhyPendingTest.hold", "runs in thread");
    gate.open();
    ref.get();
    assertThat(runtime.whyPending(ref).cause()).isEqualTo(WaitCause.READY);
  }

  @Test
  void aTaskBehindBusyProcessors() throws Exception {
    var gate = gate();
    var busy = new ArrayList<ObjectRef<Integer>>();
    for (int i = 0; i < 5; i++) {
      busy.add(runtime.task(WhyPendingTest::hold, gate).remote());
    }
    Eventually.until(
        "the processors are busy", () -> runtime.availableResources().amount("CPU") < 2);
    var queued = runtime.task(WhyPendingTest::plusOne, 1).cpus(2).remote();
    assertEnd(queued, WaitCause.RESOURCES, "slot", "CPU");
    gate.open();
    runtime.get(busy);
    assertThat(queued.get()).isEqualTo(2);
  }

  @Test
  void aTaskThatWaitsForItsArgument() throws Exception {
    var gate = gate();
    var first = runtime.task(WhyPendingTest::hold, gate).remote();
    var second = runtime.task(WhyPendingTest::plusOne, first).remote();
    assertEnd(
        second, WaitCause.RUNNING, "1 of its arguments", first.id().toString(), "WhyPendingTest.hold");
    gate.open();
    assertThat(second.get()).isEqualTo(2);
  }

  @Test
  void aTaskThatGetsAnother() throws Exception {
    var gate = gate();
    var first = runtime.task(WhyPendingTest::hold, gate).remote();
    var second = runtime.task(WhyPendingTest::read, List.of(first)).remote();
    assertEnd(second, WaitCause.RUNNING, "waits for 1 of 1 objects", "WhyPendingTest.read");
    gate.open();
    assertThat(second.get()).isEqualTo(1);
  }

  @Test
  void aCallBehindABusyActor() throws Exception {
    var gate = gate();
    var actor = runtime.actor(Holder::new).remote();
    var first = actor.call(Holder::hold, gate).remote();
    var second = actor.call(Holder::hold, gate).remote();
    assertEnd(first, WaitCause.RUNNING, "Holder.hold");
    assertEnd(second, WaitCause.RUNNING, "waits for its turn", "it runs Holder.hold");
    gate.open();
    runtime.get(List.of(first, second));
  }

  @Test
  void aCallBehindOthersThatRunAtTheSameTime() throws Exception {
    var gate = gate();
    var actor = runtime.actor(Holder::new).maxConcurrency(2).remote();
    var calls =
        Stream.generate(() -> actor.call(Holder::hold, gate).remote()).limit(3).toList();
    assertEnd(calls.get(0), WaitCause.RUNNING, "Holder.hold");
    assertEnd(calls.get(1), WaitCause.RUNNING, "Holder.hold");
    assertEnd(calls.get(2), WaitCause.RUNNING, "waits for its turn", "it runs Holder.hold");
    gate.open();
    runtime.get(calls);
  }

  @Test
  void aStageOfTheProgram() throws Exception {
    var gate = gate();
    ObjectRef<Integer> ref = runtime.remoteStage(runtime.task(WhyPendingTest::stage, gate));
    assertEnd(ref, WaitCause.PROGRAM, "stage");
    gate.open();
    assertThat(ref.get()).isEqualTo(1);
  }

  @Test
  void messagesAboutTimeOutsSayWhy() throws Exception {
    var gate = gate();
    var ref = runtime.task(WhyPendingTest::hold, gate).remote();
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
        .deadline(Duration.ofMillis(200))
        .remote();
    assertThatThrownBy(() -> late.get(LONG))
        .isInstanceOf(TaskTimeoutException.class)
        .hasMessageContaining("1 of its arguments");
    gate.open();
    assertThat(behind.get()).isEqualTo(2);
  }

  @Test
  void everythingThatIsPendingIsListed() throws Exception {
    var gate = gate();
    var ref = runtime.task(WhyPendingTest::hold, gate).remote();
    var call = runtime.actor(Holder::new).remote().call(Holder::hold, gate).remote();
    var stream = runtime.remoteStream(runtime.task(WhyPendingTest::numbers, gate));
    var reader = Thread.ofPlatform()
        .name("reader")
        .start(() -> assertThat(stream.iterator().hasNext()).isTrue());
    for (var text : List.of("WhyPendingTest.hold", "Holder.hold", "thread reader waits")) {
      Eventually.until(text, () -> texts().anyMatch(each -> each.contains(text)));
    }
    gate.open();
    ref.get();
    call.get();
    reader.join();
    stream.close();
    Eventually.until(() -> texts().toList().toString(), () -> texts().findAny().isEmpty());
  }

  private Stream<String> texts() {
    return runtime.pending().stream().map(WaitReport::text);
  }
}
