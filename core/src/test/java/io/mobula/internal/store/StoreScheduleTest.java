package io.mobula.internal.store;

import io.mobula.internal.schedule.ScheduleExplorer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Objects of a small store that threads make, read, hold and release while it spills, and objects
 * of other processes that arrive, fail to arrive, or are moved while they are read.
 */
class StoreScheduleTest {
  @TempDir
  Path directory;

  @Test
  void whoReadsGetsTheValueAndWhatNobodyHoldsLeavesNothing() {
    ScheduleExplorer.explore(
        "objects", 10, scheduler -> new SimulatedStore(scheduler, directory).run());
  }
}
