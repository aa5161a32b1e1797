package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ActorHandle;
import io.mobula.ObjectRef;
import io.mobula.error.InvalidRequestException;
import io.mobula.error.TaskCancelledException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Test of the threads that run methods of actors, and of how many run at a time. */
class ActorConcurrencyTest extends ContractTest {

  @Test
  void oneMethodRunsAtATimeUnlessMoreAreAllowed() throws Exception {
    var eventLog = eventLog();
    var latch = latch();
    latch.open();
    var one = runtime.actor(BlockingActor::new).remote();
    var results = new ArrayList<ObjectRef<Integer>>();
    var tasks = new ArrayList<ObjectRef<Integer>>();
    for (int i = 0; i < 20; i++) {
      results.add(one.call(BlockingActor::hold, eventLog, latch).remote());
      tasks.add(runtime
          .task(
              (ActorHandle<BlockingActor> h, FileEventLog j, FileLatch g) ->
                  h.call(BlockingActor::hold, j, g).remote().get(),
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
      var call = runtime.actor(BlockingActor::new).maxConcurrency(3);
      var actor = (virtual ? call.virtual() : call).remote();
      var results = new ArrayList<ObjectRef<Integer>>();
      for (int i = 0; i < 7; i++) {
        results.add(actor.call(BlockingActor::hold, eventLog, latch).remote());
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
    var actor = runtime.actor(BlockingActor::new).dedicatedThread().remote();
    var first = actor.call(BlockingActor::thread).remote().get();
    assertThat(first).startsWith("platform");
    for (int i = 0; i < 50; i++) {
      assertThat(actor.call(BlockingActor::thread).remote().get()).isEqualTo(first);
    }
    assertThatThrownBy(() -> runtime.actor(BlockingActor::new).dedicatedThread().maxConcurrency(2))
        .isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void virtualActorsRunOnVirtualThreadsAndOthersDoNot() {
    assertThat(runtime
            .actor(BlockingActor::new)
            .virtual()
            .remote()
            .call(BlockingActor::thread)
            .remote()
            .get())
        .startsWith("virtual");
    assertThat(runtime
            .actor(BlockingActor::new)
            .remote()
            .call(BlockingActor::thread)
            .remote()
            .get())
        .startsWith("platform");
  }

  @Test
  void hundredsOfActorsThatWaitStarveNobody() throws Exception {
    for (boolean virtual : List.of(true, false)) {
      var latch = latch();
      var eventLog = eventLog();
      var waiting = new ArrayList<ObjectRef<Integer>>();
      var handles = new ArrayList<ActorHandle<BlockingActor>>();
      for (int i = 0; i < 200; i++) {
        var call = runtime.actor(BlockingActor::new).cpus(0);
        var actor = (virtual ? call.virtual() : call).remote();
        handles.add(actor);
        waiting.add(actor.call(BlockingActor::hold, eventLog, latch).remote());
      }
      eventLog.await("enter", 200);
      assertThat(runtime
              .actor(ActorCallsTest.Counter::new, 1)
              .remote()
              .call(ActorCallsTest.Counter::get)
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
    var actor = runtime.actor(BlockingActor::new).remote();
    var late = actor.call(BlockingActor::later, latch).remote();
    assertThat(actor.call(BlockingActor::thread).remote().get(LONG)).startsWith("platform");
    assertThat(late.isReady()).isFalse();
    latch.open();
    assertThat((Object) late.get(LONG)).isEqualTo("late");
    var failed = actor.call(BlockingActor::failLater).remote();
    assertThatThrownBy(() -> failed.get(LONG)).hasCauseInstanceOf(IOException.class);
  }

  @Test
  void aRunningCallThatIsCancelledIsInterruptedAndTheActorLivesOn() throws Exception {
    var eventLog = eventLog();
    var actor = runtime.actor(BlockingActor::new).remote();
    var ref = actor.call(BlockingActor::hold, eventLog, latch()).remote();
    eventLog.await("enter", 1);
    assertThat(ref.cancel()).isTrue();
    assertThatThrownBy(ref::get).isInstanceOf(TaskCancelledException.class);
    eventLog.await("interrupted, cancelled", 1);
    assertThat(actor.call(BlockingActor::thread).remote().get(LONG)).isNotEmpty();
  }
}
