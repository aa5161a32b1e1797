package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ActorHandle;
import io.mobula.Mobula;
import io.mobula.ObjectRef;
import io.mobula.Resources;
import io.mobula.error.CodecException;
import io.mobula.error.DeadlockException;
import io.mobula.error.InvalidRequestException;
import io.mobula.error.TaskCancelledException;
import io.mobula.error.TaskFailedException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Test of calls of actors: order, concurrency, threads, failures, and deadlocks. */
class ActorsTest extends ContractTest {

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

  static final class Blocker {
    int hold(FileEventLog eventLog, FileLatch latch) throws Exception {
      eventLog.add("enter");
      try {
        latch.await();
      } catch (InterruptedException e) {
        eventLog.add(Mobula.context().isCancelled() ? "interrupted, cancelled" : "interrupted");
        throw e;
      }
      eventLog.add("leave");
      return 1;
    }

    String thread() {
      var thread = Thread.currentThread();
      return (thread.isVirtual() ? "virtual " : "platform ") + thread.threadId();
    }

    CompletionStage<String> later(FileLatch latch) {
      return CompletableFuture.supplyAsync(() -> {
        try {
          latch.await();
        } catch (Exception e) {
          throw new IllegalStateException(e);
        }
        return "late";
      });
    }

    CompletionStage<String> failLater() {
      return CompletableFuture.failedFuture(new IOException("in a stage"));
    }
  }

  static int slow(FileLatch latch, int value) throws Exception {
    latch.await();
    return value;
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
    var start = runtime.task(ActorsTest::slow, latch, 100).remote();
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
    var late = runtime.task(ActorsTest::slow, latch, 1).remote();
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
    var late = runtime.task(ActorsTest::slow, latch, 1).cpus(0).remote();
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
    var never = runtime.task(ActorsTest::slow, latch, 1).remote();
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
            (Blocker b, FileEventLog j, FileLatch g) -> b.hold(j, g),
            new Blocker(),
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

  // ---- concurrency and threads

  @Test
  void oneMethodRunsAtATimeUnlessMoreAreAllowed() throws Exception {
    var eventLog = eventLog();
    var latch = latch();
    latch.open();
    var one = runtime.actor(Blocker::new).remote();
    var results = new ArrayList<ObjectRef<Integer>>();
    var tasks = new ArrayList<ObjectRef<Integer>>();
    for (int i = 0; i < 20; i++) {
      results.add(one.call(Blocker::hold, eventLog, latch).remote());
      tasks.add(runtime
          .task(
              (ActorHandle<Blocker> h, FileEventLog j, FileLatch g) ->
                  h.call(Blocker::hold, j, g).remote().get(),
              one,
              eventLog,
              latch)
          .remote());
    }
    runtime.get(results, LONG);
    runtime.get(tasks, LONG);
    assertThat(eventLog.maxConcurrent("enter", "leave")).isEqualTo(1);
  }

  @Test
  void maxConcurrencyMethodsReallyRunAtTheSameTimeAndNoMore() throws Exception {
    for (boolean virtual : List.of(false, true)) {
      var eventLog = eventLog();
      var latch = latch();
      var call = runtime.actor(Blocker::new).maxConcurrency(3);
      var actor = (virtual ? call.virtual() : call).remote();
      var results = new ArrayList<ObjectRef<Integer>>();
      for (int i = 0; i < 7; i++) {
        results.add(actor.call(Blocker::hold, eventLog, latch).remote());
      }
      eventLog.await("enter", 3);
      assertThat(results).noneMatch(ObjectRef::isReady);
      latch.open();
      runtime.get(results, LONG);
      assertThat(eventLog.maxConcurrent("enter", "leave")).isEqualTo(3);
    }
  }

  @Test
  void aDedicatedThreadIsAlwaysTheSameAndAPlatformThread() {
    var actor = runtime.actor(Blocker::new).dedicatedThread().remote();
    var first = actor.call(Blocker::thread).remote().get();
    assertThat(first).startsWith("platform");
    for (int i = 0; i < 50; i++) {
      assertThat(actor.call(Blocker::thread).remote().get()).isEqualTo(first);
    }
    assertThatThrownBy(() -> runtime.actor(Blocker::new).dedicatedThread().maxConcurrency(2))
        .isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void virtualActorsRunOnVirtualThreadsAndOthersDoNot() {
    assertThat(runtime
            .actor(Blocker::new)
            .virtual()
            .remote()
            .call(Blocker::thread)
            .remote()
            .get())
        .startsWith("virtual");
    assertThat(
            runtime.actor(Blocker::new).remote().call(Blocker::thread).remote().get())
        .startsWith("platform");
  }

  @Test
  void hundredsOfActorsThatWaitStarveNobody() throws Exception {
    for (boolean virtual : List.of(true, false)) {
      var latch = latch();
      var eventLog = eventLog();
      var waiting = new ArrayList<ObjectRef<Integer>>();
      var handles = new ArrayList<ActorHandle<Blocker>>();
      for (int i = 0; i < 200; i++) {
        var call = runtime.actor(Blocker::new).cpus(0);
        var actor = (virtual ? call.virtual() : call).remote();
        handles.add(actor);
        waiting.add(actor.call(Blocker::hold, eventLog, latch).remote());
      }
      eventLog.await("enter", 200);
      assertThat(runtime
              .actor(Counter::new, 1)
              .remote()
              .call(Counter::get)
              .remote()
              .get(LONG))
          .isEqualTo(1);
      latch.open();
      assertThat(runtime.get(waiting, LONG)).hasSize(200);
      handles.forEach(ActorHandle::kill);
    }
  }

  @Test
  void methodsMayReturnAStageAndOthersRunMeanwhile() throws Exception {
    var latch = latch();
    var actor = runtime.actor(Blocker::new).remote();
    var late = actor.call(Blocker::later, latch).remote();
    assertThat(actor.call(Blocker::thread).remote().get(LONG)).startsWith("platform");
    assertThat(late.isReady()).isFalse();
    latch.open();
    assertThat((Object) late.get(LONG)).isEqualTo("late");
    var failed = actor.call(Blocker::failLater).remote();
    assertThatThrownBy(() -> failed.get(LONG)).hasCauseInstanceOf(IOException.class);
  }

  @Test
  void aRunningCallThatIsCancelledIsInterruptedAndTheActorLivesOn() throws Exception {
    var eventLog = eventLog();
    var actor = runtime.actor(Blocker::new).remote();
    var ref = actor.call(Blocker::hold, eventLog, latch()).remote();
    eventLog.await("enter", 1);
    assertThat(ref.cancel()).isTrue();
    assertThatThrownBy(ref::get).isInstanceOf(TaskCancelledException.class);
    eventLog.await("interrupted, cancelled", 1);
    assertThat(actor.call(Blocker::thread).remote().get(LONG)).isNotEmpty();
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

  // ---- waits that can never end

  static final class Peer {
    private ActorHandle<Peer> other;

    void meet(ActorHandle<Peer> other) {
      this.other = other;
    }

    int one() {
      return 1;
    }

    @SuppressWarnings("unchecked")
    private static ActorHandle<Peer> self() {
      return (ActorHandle<Peer>) Mobula.context().self().orElseThrow();
    }

    int askSelf() {
      return self().call(Peer::one).remote().get();
    }

    int askSelfLater() {
      return self().call(Peer::one).remote().get(Duration.ofSeconds(20));
    }

    int askSelfByTask() {
      var self = self();
      return Mobula.task(() -> self.call(Peer::one).remote().get()).remote().get();
    }

    int waitForSelfOrOther(FileLatch latch) {
      var mine = self().call(Peer::one).remote();
      var others = Mobula.task(ActorsTest::slow, latch, 1).remote();
      return Mobula.wait(List.of(mine, others), 1, LONG).ready().size();
    }

    boolean pollSelf() {
      var mine = self().call(Peer::one).remote();
      return Mobula.wait(List.of(mine), 1, Duration.ZERO).ready().isEmpty();
    }

    int askOther(FileEventLog eventLog, String mine, String theirs) throws Exception {
      eventLog.add(mine);
      eventLog.await(theirs, 1);
      return other.call(Peer::one).remote().get();
    }

    int askOtherAmongMany(FileEventLog eventLog, String theirs, ObjectRef<Integer> first)
        throws Exception {
      eventLog.await(theirs, 1);
      var asked = other.call(Peer::one).remote();
      return Mobula.get(List.of(first, asked)).getLast();
    }
  }

  @Test
  void aGetOnOneselfIsDetected() {
    var actor = runtime.actor(Peer::new).remote();
    for (var ref : List.of(
        actor.call(Peer::askSelf).remote(),
        actor.call(Peer::askSelfLater).remote(),
        actor.call(Peer::askSelfByTask).remote())) {
      assertThatThrownBy(() -> ref.get(Duration.ofSeconds(10)))
          .isInstanceOf(TaskFailedException.class)
          .rootCause()
          .isInstanceOf(DeadlockException.class);
    }
    assertThat(actor.call(Peer::one).remote().get(LONG)).isEqualTo(1);
  }

  @Test
  void aCycleOfTwoIsDetected() {
    for (int round = 0; round < 20; round++) {
      var a = runtime.actor(Peer::new).remote();
      var b = runtime.actor(Peer::new).remote();
      a.tell((Peer p, ActorHandle<Peer> h) -> p.meet(h), b).remote();
      b.tell((Peer p, ActorHandle<Peer> h) -> p.meet(h), a).remote();
      var eventLog = eventLog();
      var one = a.call(Peer::askOther, eventLog, "a", "b").remote();
      var two = b.call(Peer::askOther, eventLog, "b", "a").remote();
      assertDetected(one, two);
    }
  }

  @Test
  void aMethodThatWaitsLeavesItsActorsCpusToTheOtherMethodsThatRun() throws Exception {
    var latch = latch();
    var eventLog = eventLog();
    var actor = runtime.actor(Blocker::new).cpus(4).maxConcurrency(2).remote();
    var slow = runtime.task(ActorsTest::slow, latch, 1).cpus(0).remote();
    Object ref = slow;
    var waits = actor.call((Blocker b, Object x) -> cast(x).get(), ref).remote();
    var runs = actor.call(Blocker::hold, eventLog, latch).remote();
    eventLog.await("enter", 1);
    var late = runtime
        .task(
            (FileEventLog j) -> {
              j.add("late");
              return 1;
            },
            eventLog)
        .remote();
    PollingAssert.until(
        "it waits or ran",
        () -> late.isReady()
            || runtime.waiting().stream()
                .anyMatch(waiting -> waiting.why().contains("not enough")));
    assertThat(late.isReady()).isFalse();
    latch.open();
    runtime.get(List.of(waits, runs), LONG);
    actor.kill();
    assertThat(late.get(LONG)).isEqualTo(1);
  }

  private static void assertDetected(ObjectRef<Integer> one, ObjectRef<Integer> two) {
    int refused = 0;
    for (var ref : List.of(one, two)) {
      try {
        assertThat(ref.get(Duration.ofSeconds(15))).isEqualTo(1);
      } catch (TaskFailedException detected) {
        assertThat(detected).rootCause().isInstanceOf(DeadlockException.class);
        refused++;
      }
    }
    assertThat(refused).isBetween(1, 2);
  }

  @Test
  void aCycleThroughOneOfManyIsDetected() throws Exception {
    var latch = latch();
    var slow = runtime.task(ActorsTest::slow, latch, 1).cpus(0).remote();
    for (int round = 0; round < 10; round++) {
      var a = runtime.actor(Peer::new).cpus(4).remote();
      var b = runtime.actor(Peer::new).cpus(0).remote();
      a.tell((Peer p, ActorHandle<Peer> h) -> p.meet(h), b).remote();
      b.tell((Peer p, ActorHandle<Peer> h) -> p.meet(h), a).remote();
      var eventLog = eventLog();
      Object first = slow;
      var one = a.call(
              (Peer p, FileEventLog j, Object x) -> p.askOtherAmongMany(j, "b", cast(x)),
              eventLog,
              first)
          .remote();
      var two = b.call(Peer::askOther, eventLog, "b", "a blocks").remote();
      // Its CPUs are released, so it is blocked: on a ref of its own first, and on the other
      // actor's second.
      PollingAssert.until(
          "the first blocks",
          () ->
              eventLog.count("b") == 1 && runtime.availableResources().amount(Resources.CPU) == 4);
      eventLog.add("a blocks");
      assertThat(runtime.wait(List.of(one, two), 1, Duration.ofSeconds(10)).ready())
          .isNotEmpty();
      a.kill();
      b.kill();
    }
    latch.open();
  }

  @SuppressWarnings("unchecked")
  private static ObjectRef<Integer> cast(Object ref) {
    return (ObjectRef<Integer>) ref;
  }

  @Test
  void waitingForOneselfOrAnotherIsNoCycle() throws Exception {
    var latch = latch();
    latch.open();
    var actor = runtime.actor(Peer::new).remote();
    assertThat(actor.call(Peer::waitForSelfOrOther, latch).remote().get(LONG)).isEqualTo(1);
    assertThat(actor.call(Peer::pollSelf).remote().get(LONG)).isTrue();
  }

  @Test
  void twoThatAskEachOtherInTurnAreNoCycle() {
    var a = runtime.actor(Peer::new).remote();
    var b = runtime.actor(Peer::new).remote();
    a.tell((Peer p, ActorHandle<Peer> h) -> p.meet(h), b).remote();
    b.tell((Peer p, ActorHandle<Peer> h) -> p.meet(h), a).remote();
    for (int i = 0; i < 20; i++) {
      var eventLog = eventLog();
      assertThat(a.call(Peer::askOther, eventLog, "x", "x").remote().get(LONG)).isEqualTo(1);
      assertThat(b.call(Peer::askOther, eventLog, "x", "x").remote().get(LONG)).isEqualTo(1);
    }
  }
}
