package io.mobula.internal.memory;

import io.mobula.error.StoreException;
import java.util.Map;

/**
 * Exchange of reports between the stores that share one capacity: each member publishes what it has
 * and what it wants. A member that reads the reports sees everything that others published before.
 * Safe for all threads.
 */
interface CapacityReports {

  /**
   * Report of one member: the bytes that it has, the bytes that it wants, and the number of its
   * requests so far.
   */
  record CapacityReport(long totalBytes, long wantedBytes, long requestCount) {}

  /**
   * Publishes a report in place of this member's last one.
   *
   * @throws StoreException if the report cannot be written
   */
  void publish(CapacityReport report);

  /** Returns the reports of the other members by member name, without those whose store is gone. */
  Map<String, CapacityReport> others();

  /** Removes this member's report for good. */
  void withdraw();
}
