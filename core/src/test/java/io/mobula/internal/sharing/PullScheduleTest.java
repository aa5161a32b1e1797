package io.mobula.internal.sharing;

import io.mobula.internal.schedule.Schedules;
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
    Schedules.explore("pulls", 30, schedule -> new SimulatedHosts(schedule, directory).run());
  }
}
