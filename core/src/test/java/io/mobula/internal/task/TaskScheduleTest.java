package io.mobula.internal.task;

import io.mobula.internal.schedule.Schedules;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tasks of several classes among nodes that die: queues, slots of this node and of others, leases
 * and frames, with threads that stop between any two of their waits.
 */
class TaskScheduleTest {
  @TempDir
  Path directory;

  @Test
  void everyTaskEndsOnceAndEverySlotComesBack() {
    Schedules.explore("tasks", 40, schedule -> new SimulatedTasks(schedule, directory).run());
  }
}
