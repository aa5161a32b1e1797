package io.mobula.internal.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.execution.Job;
import io.mobula.spi.TaskOptions;
import org.junit.jupiter.api.Test;

/** Test of how far the tasks of a hosted slot are. */
class HostedTasksTest {
  private static final Job JOB = new Job(new NodeId(1), false, null, 1);

  private final HostedTasks tasks = new HostedTasks();
  private final TaskRun first = arrived(1);
  private final TaskRun second = arrived(2);

  private static ObjectId id(int number) {
    return new ObjectId(1, number, 0);
  }

  /** Makes a task that is never run, so that it needs neither a call nor services. */
  private TaskRun arrived(int number) {
    var spec = new TaskSpec(id(number), null, "body", TaskOptions.DEFAULT, JOB);
    var run = new TaskRun(spec, TaskAncestry.NONE, null);
    tasks.add(run);
    return run;
  }

  @Test
  void tasksBeginInTheOrderOfTheirArrival() {
    assertThat(tasks.begin()).isSameAs(first);
    assertThat(tasks.hasWaiting()).isTrue();
    assertThat(tasks.begin()).isSameAs(second);
    assertThat(tasks.hasWaiting()).isFalse();
    assertThat(tasks.begin()).isNull();
    assertThat(tasks.all(true)).as("they have no outcome").hasSize(2);
  }

  @Test
  void onlyTasksThatHaveNotBegunAreGivenBack() {
    tasks.begin();
    assertThat(tasks.removeWaiting()).containsExactly(second);
    assertThat(tasks.find(id(2))).isNull();
    assertThat(tasks.find(id(1))).isSameAs(first);
    assertThat(tasks.removeWaiting()).isEmpty();
    assertThat(tasks.removeUnstarted(id(1))).as("its body has not begun").isSameAs(first);
    assertThat(tasks.all(true)).isEmpty();
  }

  @Test
  void aStagedTaskStaysUntilItsOutcome() {
    tasks.begin();
    assertThat(tasks.stage(id(1))).isTrue();
    assertThat(tasks.hasStaged()).isTrue();
    assertThat(tasks.all(false)).containsExactly(second);
    assertThat(tasks.all(true)).containsExactlyInAnyOrder(first, second);
    assertThat(tasks.end(id(1))).as("it had returned a stage").isTrue();
    assertThat(tasks.hasStaged()).isFalse();
    assertThat(tasks.stage(id(1))).as("it has its outcome").isFalse();
    assertThat(tasks.end(id(2))).isFalse();
  }
}
