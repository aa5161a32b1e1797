package io.mobula.internal.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.execution.Job;
import io.mobula.spi.TaskOptions;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Test of what a task knows about the tasks that led to it. */
class TaskAncestryTest {
  private static final Job JOB = new Job(new NodeId(1), false, null, 1);

  private static ObjectId id(int number) {
    return new ObjectId(1, number, 0);
  }

  /** Makes a task that is never run, so that it needs neither a call nor services. */
  private static TaskRun task(int number, TaskAncestry ancestry) {
    var spec = new TaskSpec(id(number), null, "body", TaskOptions.DEFAULT, JOB);
    return new TaskRun(spec, ancestry, null);
  }

  @Test
  void aTaskDescendsFromItsSubmitterAndFromThatOnesSubmitter() {
    var first = task(1, TaskAncestry.NONE);
    var second = task(2, TaskAncestry.childOf(first, false));
    var third = TaskAncestry.childOf(second, false);
    assertThat(third.descendsFrom(second)).isTrue();
    assertThat(third.descendsFrom(first)).isTrue();
    assertThat(third.descendsFrom(task(9, TaskAncestry.NONE))).isFalse();
    assertThat(first.ancestry().descendsFrom(first)).isFalse();
    assertThat(third.lineage()).as("what other nodes need not know").isEmpty();
  }

  @Test
  void otherNodesKnowTheNearestAncestorsNearestFirst() {
    var run = task(1, TaskAncestry.NONE);
    for (int number = 2; number <= 40; number++) {
      run = task(number, TaskAncestry.childOf(run, true));
    }
    var lineage = run.ancestry().lineage();
    assertThat(lineage).hasSize(32).startsWith(id(39), id(38)).endsWith(id(8));
    var there = TaskAncestry.of(List.copyOf(lineage));
    assertThat(there.descendsFrom(id(8))).isTrue();
    assertThat(there.descendsFrom(id(7))).isFalse();
  }
}
