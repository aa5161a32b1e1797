package io.mobula.internal.group;

import io.mobula.internal.schedule.ScheduleExplorer;
import org.junit.jupiter.api.Test;

/**
 * Requests in one bundle or in any of several, while bundles open and close, work lapses, blocks
 * and ends, and the ledgers take their turns in any order.
 */
class BundleInterleavingTest {
  @Test
  void everyRequestEndsOnceAndEveryBundleComesBackWhole() {
    ScheduleExplorer.explore("bundles", 60, scheduler -> new SimulatedBundles(scheduler).run());
  }
}
