package io.mobula.internal.task;

import io.mobula.internal.schedule.ScheduleExplorer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Interleaving test of tasks of several classes among nodes that die: queues, local and remote
 * slots, leases and frames, with threads that pause between any two of their waits.
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
