package io.mobula.internal.placement;

import io.mobula.internal.schedule.ScheduleExplorer;
import org.junit.jupiter.api.Test;

/**
 * Requests for leases among nodes, a driver and a worker process that come and go, while frames,
 * the ledgers' turns, callbacks and timers are run in any order.
 */
class LeaseInterleavingTest {
  @Test
  void everyRequestIsAnsweredOnceAndEveryLeaseComesBack() {
    ScheduleExplorer.explore("leases", 60, scheduler -> new SimulatedLeases(scheduler).run());
  }
}
