package io.mobula.internal.sharing;

import io.mobula.internal.schedule.ScheduleExplorer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Values of one host that several processes of another read at the same time, while transfers fail
 * and whoever gives, brings, waits or keeps the register dies.
 */
class PullScheduleTest {
  @TempDir
  Path directory;

  @Test
  void oneProcessOfAHostBringsAValueAndEveryReaderGetsIt() {
    ScheduleExplorer.explore(
        "pulls", 30, scheduler -> new SimulatedHosts(scheduler, directory).run());
  }
}
