package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ActorHandle;
import io.mobula.Mobula;
import io.mobula.ObjectRef;
import io.mobula.error.CodecException;
import io.mobula.error.TaskCancelledException;
import io.mobula.error.TaskFailedException;
import io.mobula.placement.Resources;
import io.mobula.testkit.PollingAssert;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Test of calls of actors: arguments, results, failures, order, handles and context. */
class ActorCallsTest extends ContractTest {

  static final class Counter {
    private int value;

    Counter(int start) {
      value = start;
    }

    int add(int n) {
      value += n;
      return value;
    }

    int get() {
      return value;
    }

    void reset() {
      value = 0;
    }

    int fail(String why) throws IOException {
      throw new IOException(why);
    }
  }

  static final class Recorder {
    private final List<Object> seen = new ArrayList<>();

    void note(Object what) {
      seen.add(what);
    }

    List<Object> seen() {
      return seen;
    }

    List<Object> noteAfter(FileLatch latch, Object what) throws Exception {
      latch.await();
      seen.add(what);
      return seen;
    }
  }

  // ---- state and arguments

  @Test
  void anActorKeepsItsStateBetweenCalls() {
    var counter = runtime.actor(Counter::new, 10).remote();
    assertThat(counter.call(Counter::add, 5).remote().get()).isEqualTo(15);
    counter.tell(Counter::reset).remote();
    assertThat(counter.call(Counter::get).remote().get()).isZero();
  }

  @Test
  void theFacadeMakesActorsToo() {
    var counter = Mobula.actor(Counter::new, 1).remote();
    assertThat(counter.call(Counter::get).remote().get()).isEqualTo(1);
  }

  @Test
  void refsAreArgumentsOfConstructorsAndMethods() throws Exception {
    var latch = latch();
    var start = runtime.task(BlockingActor::slow, latch, 100).remote();
    var counter = runtime.actor(Counter::new, start).remote();
    var five = runtime.put(5);
    var sum = counter.call(Counter::add, five).remote();
    assertThat(sum.isReady()).isFalse();
    latch.open();
    assertThat(sum.get(LONG)).isEqualTo(105);
    var viaTask = runtime.task(Math::max, 7, sum).remote();
    assertThat(viaTask.get()).isEqualTo(105);
  }

  @Test
  void argumentsAndResultsAreCopied() {
    var recorder = runtime.actor(Recorder::new).remote();
    int[] mine = {1};
    recorder.tell(Recorder::note, mine).remote();
    mine[0] = 2;
    List<Object> first = recorder.call(Recorder::seen).remote().get();
    assertThat((int[]) first.getFirst()).containsExactly(1);
    first.clear();
    assertThat(recorder.call(Recorder::seen).remote().get()).hasSize(1);
  }

  @Test
  void anExceptionFailsItsCallAndLeavesTheActorAlive() {
    var counter = runtime.actor(Counter::new, 1).name("frail").remote();
    var failed = counter.call(Counter::fail, "no").remote();
    assertThatThrownBy(failed::get)
        .isInstanceOf(TaskFailedException.class)
        .hasMessageContaining("frail")
        .cause()
        .isInstanceOf(IOException.class)
        .hasMessage("no");
    assertThat(counter.call(Counter::get).remote().get()).isEqualTo(1);
    counter.kill();
  }

  @Test
  void whatCannotBeEncodedFailsInTheCallersThreadOrItsCall() {
    var recorder = runtime.actor(Recorder::new).remote();
    var bad = List.of(new Thread(() -> {}));
    assertThatThrownBy(() -> recorder.tell(Recorder::note, bad).remote())
        .isInstanceOf(CodecException.class);
    var result = recorder.call((Recorder r) -> Thread.currentThread()).remote();
    assertThatThrownBy(() -> result.get(LONG)).isInstanceOf(CodecException.class);
    assertThat(recorder.call(Recorder::seen).remote().get()).isEmpty();
    assertThatThrownBy(() -> runtime.actor(ValueActor::new, bad).remote())
        .isInstanceOf(CodecException.class);
  }

  record ValueActor(Object any) {}

  @Test
  void aFailedArgumentFailsItsCallOnly() {
    var counter = runtime.actor(Counter::new, 0).remote();
    var bad = runtime.task(Integer::parseInt, "x").remote();
    var failed = counter.call(Counter::add, bad).remote();
    assertThatThrownBy(() -> failed.get(LONG))
        .rootCause()
        .isInstanceOf(NumberFormatException.class);
    assertThat(counter.call(Counter::add, 1).remote().get()).isEqualTo(1);
  }

  // ---- order

  @Test
  void callsOfOneCallerRunInTheOrderTheyWereMade() {
    var recorder = runtime.actor(Recorder::new).remote();
    for (int i = 0; i < 1000; i++) {
      recorder.tell(Recorder::note, i).remote();
    }
    assertThat(recorder.call(Recorder::seen).remote().get())
        .hasSize(1000)
        .isSortedAccordingTo((a, b) -> Integer.compare((int) a, (int) b));
  }

  @Test
  void aCallWhoseArgumentIsNotReadyHoldsBackItsCallersLaterOnes() throws Exception {
    var latch = latch();
    var recorder = runtime.actor(Recorder::new).remote();
    var late = runtime.task(BlockingActor::slow, latch, 1).remote();
    recorder.tell((Recorder r, Integer x) -> r.note(x), late).remote();
    recorder.tell(Recorder::note, 2).remote();
    var last = recorder.call(Recorder::seen).remote();
    assertThat(last.isReady()).isFalse();
    latch.open();
    assertThat(last.get(LONG)).containsExactly(1, 2);
  }

  @Test
  void aCallerWhoseArgumentIsNotReadyHoldsBackNobodyElse() throws Exception {
    var latch = latch();
    var recorder = runtime.actor(Recorder::new).remote();
    var late = runtime.task(BlockingActor::slow, latch, 1).cpus(0).remote();
    recorder.tell((Recorder r, Integer x) -> r.note(x), late).remote();
    var other = runtime
        .task(
            (ActorHandle<Recorder> handle) -> {
              handle.tell(Recorder::note, "from a task").remote();
              return handle.call(Recorder::seen).remote().get();
            },
            recorder)
        .remote();
    assertThat(other.get(LONG)).containsExactly("from a task");
    latch.open();
    assertThat(recorder.call(Recorder::seen).remote().get(LONG)).containsExactly("from a task", 1);
  }

  @Test
  void aCancelledCallThatWaitedForItsArgumentLetsLaterOnesPass() throws Exception {
    var latch = latch();
    var recorder = runtime.actor(Recorder::new).remote();
    var never = runtime.task(BlockingActor::slow, latch, 1).remote();
    var waiting = recorder.call((Recorder r, Integer x) -> x, never).remote();
    var next = recorder.call(Recorder::seen).remote();
    waiting.cancel();
    assertThatThrownBy(() -> waiting.get(LONG)).isInstanceOf(TaskCancelledException.class);
    assertThat(next.get(Duration.ofSeconds(10))).isEmpty();
    latch.open();
  }

  @Test
  void callsMadeBeforeTheActorIsThereWaitForIt() throws Exception {
    var latch = latch();
    var eventLog = eventLog();
    var holder = runtime
        .task(
            (BlockingActor b, FileEventLog j, FileLatch g) -> b.hold(j, g),
            new BlockingActor(),
            eventLog,
            latch)
        .cpus(4)
        .remote();
    eventLog.await("enter", 1);
    var counter = runtime.actor(Counter::new, 3).remote();
    var result = counter.call(Counter::add, 1).remote();
    PollingAssert.until(
        "it is reported",
        () -> runtime.waiting().stream().anyMatch(waiting -> waiting.what().contains("Counter")));
    assertThat(result.isReady()).isFalse();
    latch.open();
    holder.get();
    assertThat(result.get(LONG)).isEqualTo(4);
  }

  // ---- handles

  @Test
  void handlesAreArgumentsAndValues() {
    var counter = runtime.actor(Counter::new, 0).remote();
    var tasks = new ArrayList<ObjectRef<Integer>>();
    for (int i = 0; i < 20; i++) {
      tasks.add(runtime
          .task(
              (ActorHandle<Counter> handle) ->
                  handle.call(Counter::add, 1).remote().get(),
              counter)
          .remote());
    }
    runtime.get(tasks, LONG);
    assertThat(counter.call(Counter::get).remote().get()).isEqualTo(20);
    var stored = runtime.put(Map.of("counters", List.of(counter)));
    var found = stored.get().get("counters").getFirst();
    assertThat(found).isEqualTo(counter).hasSameHashCodeAs(counter);
    assertThat(found.id()).isEqualTo(counter.id());
    assertThat(found.call(Counter::add, 1).remote().get()).isEqualTo(21);
    var captured = runtime.task(() -> counter.call(Counter::get).remote().get()).remote();
    assertThat(captured.get(LONG)).isEqualTo(21);
  }

  static final class Parent {
    private final ActorHandle<Counter> child = Mobula.actor(Counter::new, 0).remote();

    int add(int n) {
      return child.call(Counter::add, n).remote().get();
    }

    ActorHandle<Counter> child() {
      return child;
    }
  }

  @Test
  void actorsHaveActors() {
    var parent = runtime.actor(Parent::new).remote();
    assertThat(parent.call(Parent::add, 2).remote().get(LONG)).isEqualTo(2);
    assertThat(parent
            .call(Parent::child)
            .remote()
            .get()
            .call(Counter::add, 3)
            .remote()
            .get(LONG))
        .isEqualTo(5);
  }

  // ---- what it knows of itself

  record ContextSnapshot(
      String name, int attempt, double cpus, boolean self, String id, String node) {
    static ContextSnapshot here() {
      var context = Mobula.context();
      return new ContextSnapshot(
          context.name(),
          context.attempt(),
          context.resources().amount(Resources.CPU),
          context.self().isPresent(),
          context.id().toString(),
          context.node().toString());
    }
  }

  static final class ContextReporter {
    private final ContextSnapshot made = ContextSnapshot.here();

    ContextSnapshot made() {
      return made;
    }

    ContextSnapshot now() {
      return ContextSnapshot.here();
    }
  }

  @Test
  void anActorKnowsItself() {
    var actor = runtime.actor(ContextReporter::new).cpus(0.5).remote();
    var ref = actor.call(ContextReporter::now).remote();
    var now = ref.get();
    assertThat(now.name()).contains("now");
    assertThat(now.attempt()).isEqualTo(1);
    assertThat(now.cpus()).isEqualTo(0.5);
    assertThat(now.self()).isTrue();
    assertThat(now.id()).isEqualTo(ref.id().toString());
    assertThat(now.node()).isEqualTo(workingNode());
    assertThat(actor.call(ContextReporter::made).remote().get().self()).isTrue();
    Object handle = actor;
    assertThat(actor
            .call(
                (ContextReporter k, Object h) ->
                    Mobula.context().self().orElseThrow().equals(h),
                handle)
            .remote()
            .get())
        .isTrue();
  }
}
