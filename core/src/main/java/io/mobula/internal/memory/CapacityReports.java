package io.mobula.internal.memory;

import io.mobula.error.StoreException;
import java.util.Map;

/**
 * Where the members of a common ceiling say, each for itself, what they have and what they want. A
 * member that looks sees what others had said before it looked. Safe for all threads.
 */
interface CapacityReports {

  /** What one member says: the bytes that it has, those that it wants, and how often it asked. */
  record CapacityReport(long totalBytes, long wantedBytes, long requestCount) {}

  /**
   * Says this in place of what it said before.
   *
   * @throws StoreException if it cannot be said
   */
  void publish(CapacityReport report);

  /** What the others say, by their names; nothing of those whose store is gone. */
  Map<String, CapacityReport> others();

  /** Says nothing any more. */
  void withdraw();
}
