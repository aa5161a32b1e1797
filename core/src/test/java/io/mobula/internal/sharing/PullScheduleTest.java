package io.mobula.internal.sharing;

import io.mobula.internal.schedule.ScheduleExplorer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Values of one host that several processes of another read at the same time, while transfers fail
 * and processes die that serve, pull, wait or keep the registry.
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
