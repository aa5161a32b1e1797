package io.mobula.internal.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.execution.CpuHold;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.execution.Job;
import io.mobula.placement.Resources;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Test of what a task's progress accepts, and of what comes too late for it. */
class TaskProgressTest {
  private static final NodeId NODE = new NodeId(1);
  private static final MobulaRuntime NO_RUNTIME = (MobulaRuntime) Proxy.newProxyInstance(
      MobulaRuntime.class.getClassLoader(),
      new Class<?>[] {MobulaRuntime.class},
      (proxy, method, arguments) -> {
        throw new UnsupportedOperationException(method.getName());
      });

  private final TaskProgress progress = new TaskProgress();
  // attempts of which nothing is asked, so that they need neither a task nor a node
  private final RemoteAttempt one = new RemoteAttempt(null, null);
  private final RemoteAttempt other = new RemoteAttempt(null, null);

  @AfterEach
  void clearInterrupt() {
    var _ = Thread.interrupted();
  }

  /** Makes an attempt that is never run, so that it needs no task. */
  private static LocalAttempt attempt() {
    var identity = new Execution.Identity(
        NO_RUNTIME,
        new ObjectId(1, 2, 0),
        "body",
        1,
        Resources.none(),
        null,
        new Job(NODE, false, null, 1),
        "body",
        null);
    return new LocalAttempt(null, new Execution(identity, "task", CpuHold.NOTHING, () -> null));
  }

  private void enqueue() {
    assertThat(progress.waitFor(TaskEvent.ENQUEUE, "a slot", null)).isTrue();
  }

  @Test
  void onlyTheFirstOutcomeCounts() {
    enqueue();
    assertThat(progress.settle()).isTrue();
    assertThat(progress.settle()).isFalse();
    assertThat(progress.begin(attempt())).isFalse();
    assertThat(progress.send(one)).isFalse();
    assertThat(progress.waitFor(TaskEvent.ENQUEUE, "again", null)).isFalse();
    assertThat(progress.cancelExecution()).isFalse();
    assertThat(progress.waitReason()).isEqualTo("a slot");
    assertThat(progress.attempts()).isZero();
  }

  @Test
  void aCancelledTaskBeginsNoAttempt() {
    enqueue();
    progress.markCancelled(false);
    assertThat(progress.begin(attempt())).isFalse();
    assertThat(progress.send(one)).isFalse();
    assertThat(progress.isBeforeSlot()).isTrue();
  }

  @Test
  void cancellingARunningTaskTellsItsExecution() {
    enqueue();
    var attempt = attempt();
    assertThat(progress.begin(attempt)).isTrue();
    progress.markCancelled(true);
    assertThat(attempt.execution().isCancelled()).isTrue();
    assertThat(progress.isRecursivelyCancelled()).isTrue();
  }

  @Test
  void anAttemptThatWasNotBegunThereDoesNotCount() {
    enqueue();
    assertThat(progress.send(one)).isTrue();
    assertThat(progress.attempts()).isEqualTo(1);
    assertThat(progress.endRemote(other, TaskEvent.TAKE_BACK, 1)).isFalse();
    assertThat(progress.endRemote(one, TaskEvent.TAKE_BACK, 1)).isTrue();
    assertThat(progress.endRemote(one, TaskEvent.TAKE_BACK, 1)).as("once more").isFalse();
    assertThat(progress.attempts()).isZero();
    assertThat(progress.isQueued()).isTrue();
    assertThat(progress.remoteNode()).isNull();
  }

  @Test
  void aNodeThatHasATaskIsToldThatNobodyWantsItOnceItHasItsOutcome() {
    enqueue();
    progress.send(one);
    assertThat(progress.isAt(one)).isTrue();
    assertThat(progress.isUnwantedAt(one)).isFalse();
    progress.settle();
    assertThat(progress.isAt(one)).isFalse();
    assertThat(progress.isUnwantedAt(one)).isTrue();
    assertThat(progress.isUnwantedAt(other)).isFalse();
    assertThat(progress.interrupt()).isSameAs(one);
  }

  @Test
  void whatIsSaidAboutAnEarlierAttemptIsRefused() {
    var first = attempt();
    var second = attempt();
    enqueue();
    progress.begin(first);
    assertThat(progress.endFailed(first)).isTrue();
    assertThat(progress.waitFor(TaskEvent.BACK_OFF, "its retry", null)).isTrue();
    assertThat(progress.endFailed(first)).as("it waits for its retry").isFalse();
    enqueue();
    progress.begin(second);
    assertThat(progress.endFailed(first)).as("the next one runs").isFalse();
    progress.leave(first);
    assertThat(progress.execution()).isSameAs(second.execution());
    assertThat(progress.attempts()).isEqualTo(2);
  }

  @Test
  void aStageOutlivesTheThreadThatHasReturnedIt() {
    var attempt = attempt();
    enqueue();
    progress.begin(attempt);
    assertThat(progress.stage(attempt)).isTrue();
    progress.leave(attempt);
    assertThat(progress.isBeforeSlot()).isFalse();
    assertThat(progress.settle()).isTrue();
    assertThat(progress.takeStaged()).isSameAs(attempt);
    assertThat(progress.takeStaged()).isNull();
  }

  @Test
  void onlyTheThreadThatRunsTheBodyIsInterrupted() {
    var attempt = attempt();
    enqueue();
    progress.begin(attempt);
    assertThat(progress.interrupt()).isNull();
    assertThat(Thread.currentThread().isInterrupted()).isTrue();
    progress.leave(attempt);
    assertThat(Thread.currentThread().isInterrupted()).as("after it has left").isFalse();
    progress.interrupt();
    assertThat(Thread.currentThread().isInterrupted()).as("from then on").isFalse();
  }

  @Test
  void aTaskThatIsReturnedTooOftenLocatesItsArgumentsItself() {
    for (int i = 0; i < 15; i++) {
      progress.noteReturn();
      assertThat(progress.isSearching()).isFalse();
    }
    progress.noteReturn();
    assertThat(progress.isSearching()).isTrue();
    progress.setSearching(false);
    assertThat(progress.isSearching()).isTrue();
  }
}
