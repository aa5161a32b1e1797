package io.mobula.internal.task;

import io.mobula.internal.schedule.ScheduleExplorer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tasks of several classes among nodes that die: queues, slots of this node and of others, leases
 * and frames, with threads that stop between any two of their waits.
 */
class TaskInterleavingTest {
  @TempDir
  Path directory;

  @Test
  void everyTaskEndsOnceAndEverySlotComesBack() {
    ScheduleExplorer.explore(
        "tasks", 40, scheduler -> new SimulatedTasks(scheduler, directory).run());
  }
}
