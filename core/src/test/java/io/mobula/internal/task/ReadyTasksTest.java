package io.mobula.internal.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.execution.Job;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.ledger.LeaseRequester;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;
import io.mobula.placement.Resources;
import io.mobula.spi.TaskOptions;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Test of the order of ready tasks, and of what ends the wait for one. */
class ReadyTasksTest {
  private static final Job JOB = new Job(new NodeId(1), false, null, 1);
  private static final WaitPoint HERE = () -> WaitStep.end("here", WaitCause.RUNNING);

  private final ReentrantLock lock = new ReentrantLock();
  private final ReadyTasks ready = new ReadyTasks(lock, new SlotDemand(1), null, 0);

  private final Lease lease = Lease.of(
      new LeaseRequester() {
        @Override
        public Resources wanted() {
          return Resources.none();
        }

        @Override
        public Job job() {
          return JOB;
        }

        @Override
        public String description() {
          return "a queue";
        }

        @Override
        public boolean stillWants() {
          return true;
        }

        @Override
        public void granted(Lease granted) {}

        @Override
        public void recalled(Lease recalled) {}
      },
      List.of(),
      null);

  @BeforeEach
  void enter() {
    lock.lock();
  }

  @AfterEach
  void leave() {
    lock.unlock();
  }

  /** Makes a task that is never run, so that it needs neither a call nor services. */
  private static TaskRun task(int number) {
    var spec = new TaskSpec(new ObjectId(1, number, 0), null, "body", TaskOptions.DEFAULT, JOB);
    return new TaskRun(spec, TaskAncestry.NONE, null);
  }

  @Test
  void tasksThatComeBackAreFirstAgainInTheirOrder() {
    var first = task(1);
    var second = task(2);
    var third = task(3);
    ready.addLast(third, HERE);
    ready.addFirst(List.of(first, second), HERE);
    assertThat(ready.size()).isEqualTo(3);
    assertThat(ready.first()).isSameAs(first);
    assertThat(ready.poll()).isSameAs(first);
    assertThat(ready.removeAll()).containsExactly(second, third);
    assertThat(ready.poll()).isNull();
    assertThat(ready.isEmpty()).isTrue();
  }

  @Test
  void aTaskWaitsThereUntilItIsTaken() {
    var run = task(1);
    ready.addLast(run, HERE);
    assertThat(run.progress().snapshot().at()).isSameAs(HERE);
    assertThat(ready.await(lease)).isSameAs(run);
    assertThat(run.progress().snapshot().at()).isNull();
  }

  @Test
  void aSlotEndsAtOnceWhenNothingMayComeAnyMore() {
    assertThat(ready.await(lease)).as("it waits for no time").isNull();
    lease.recall();
    assertThat(ready.await(lease)).isNull();
    ready.close();
    assertThat(ready.isClosed()).isTrue();
    assertThat(ready.await(lease)).isNull();
  }
}
