package io.mobula.internal.placement;

import io.mobula.internal.schedule.ScheduleExplorer;
import org.junit.jupiter.api.Test;

/**
 * Interleaving test of lease requests among nodes, a driver and a worker process that come and go:
 * frames, ledgers, callbacks and timers run in any order.
 */
class LeaseInterleavingTest {
  @Test
  void everyRequestIsAnsweredOnceAndEveryLeaseComesBack() {
    ScheduleExplorer.explore("leases", 60, scheduler -> new SimulatedLeases(scheduler).run());
  }
}
