package io.mobula.internal.group;

import io.mobula.internal.schedule.Schedules;
import org.junit.jupiter.api.Test;

/**
 * Requests in one bundle or in any of several, while bundles open and close, work lapses, blocks
 * and ends, and the ledgers take their turns in any order.
 */
class BundleInterleavingTest {
  @Test
  void everyRequestEndsOnceAndEveryBundleComesBackWhole() {
    Schedules.explore("bundles", 60, schedule -> new SimulatedBundles(schedule).run());
  }
}
