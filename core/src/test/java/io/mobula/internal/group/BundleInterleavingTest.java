package io.mobula.internal.group;

import io.mobula.internal.schedule.ScheduleExplorer;
import org.junit.jupiter.api.Test;

/**
 * Interleaving test of requests in one bundle or in any of several, while bundles open and close,
 * and work is withdrawn, blocks and ends.
 */
class BundleInterleavingTest {
  @Test
  void everyRequestEndsOnceAndEveryBundleComesBackWhole() {
    ScheduleExplorer.explore("bundles", 60, scheduler -> new SimulatedBundles(scheduler).run());
  }
}
