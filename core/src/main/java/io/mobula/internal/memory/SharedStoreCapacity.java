package io.mobula.internal.memory;

import io.mobula.error.StoreException;
import io.mobula.internal.memory.CapacityReports.CapacityReport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * The one ceiling of a node's store and of the stores of the processes that it started.
 *
 * <p>Each member says in a small file of its own, in the directory of the node's store, how many
 * bytes its segments have and how many more it wants. Who grows says so first and looks then: of
 * two that grow at the same time into the last room at least one sees the other, and steps back. No
 * lock is held, so a member that stands still holds up nobody, and what a dead one said counts for
 * as long as its files take the memory.
 *
 * <p>A member that has less than an equal part and finds no room asks; those with more give, each
 * in proportion to what it has beyond its part. Costs some file operations: for growing and once a
 * second, not for objects. Safe for all threads.
 */
final class SharedStoreCapacity {
  private static final long REQUEST_LIFETIME_NANOS = Duration.ofSeconds(3).toNanos();

  private final CapacityReports reports;
  private final long capacityBytes;
  private final LongSupplier nanos;
  private final Map<String, ObservedRequest> observedRequests = new HashMap<>();
  private CapacityReport published = new CapacityReport(0, 0, 0);
  private long askedAt;

  /** How often a member had asked, and when this one saw that first, by its own clock. */
  private record ObservedRequest(long count, long seenAt) {}

  /**
   * Becomes a member, which has said so there.
   *
   * @param bytes the ceiling
   * @param nanos the clock that it measures time by
   */
  SharedStoreCapacity(CapacityReports reports, long bytes, LongSupplier nanos) {
    this.reports = reports;
    this.capacityBytes = bytes;
    this.nanos = nanos;
  }

  /**
   * Becomes a member.
   *
   * @param head the directory of the node's store, which may be the member's own
   * @param member the directory of the member's store, beside it
   * @param bytes the ceiling
   * @throws StoreException if there is no such directory
   */
  static SharedStoreCapacity join(Path head, StoreDirectory member, long bytes) {
    return join(head, member, bytes, System::nanoTime);
  }

  /** Becomes a member that measures time by the given clock, in nanoseconds. */
  static SharedStoreCapacity join(
      Path head, StoreDirectory member, long bytes, LongSupplier nanos) {
    return new SharedStoreCapacity(CapacityReportFiles.create(head, member), bytes, nanos);
  }

  /**
   * Says that its segments are to have this many bytes; false, and nothing said, if all have too
   * much then.
   */
  synchronized boolean claim(long total) {
    long before = published.totalBytes();
    release(total);
    if (othersBytes() > capacityBytes - total) {
      release(before);
      return false;
    }
    return true;
  }

  /** Says that its segments have this many bytes, fewer than before. */
  synchronized void release(long total) {
    publish(new CapacityReport(total, published.wantedBytes(), published.requestCount()));
  }

  /** What the segments of the others have together. */
  long othersBytes() {
    return reports.others().values().stream()
        .mapToLong(CapacityReport::totalBytes)
        .sum();
  }

  /** Asks the others for this many bytes, if it has less than its part; for some seconds. */
  synchronized void requestBytes(long more) {
    var others = reports.others();
    long now = nanos.getAsLong();
    long stillWanted = now - askedAt < REQUEST_LIFETIME_NANOS ? published.wantedBytes() : 0;
    if (published.totalBytes() < capacityBytes / (others.size() + 1) && stillWanted < more) {
      askedAt = now;
      publish(new CapacityReport(published.totalBytes(), more, published.requestCount() + 1));
    }
  }

  /** What others have asked for, each for some seconds from when this member first saw it. */
  private synchronized long wanted(Map<String, CapacityReport> others) {
    long now = nanos.getAsLong();
    long wanted = 0;
    observedRequests.keySet().retainAll(others.keySet());
    for (var each : others.entrySet()) {
      long count = each.getValue().requestCount();
      var seen = observedRequests.get(each.getKey());
      if (seen == null || seen.count() != count) {
        seen = new ObservedRequest(count, now);
        observedRequests.put(each.getKey(), seen);
      }
      wanted += count > 0 && now - seen.seenAt() < REQUEST_LIFETIME_NANOS
          ? each.getValue().wantedBytes()
          : 0;
    }
    return wanted;
  }

  /** How many bytes it is to give to others that have asked. */
  long bytesToGive() {
    var others = reports.others();
    long part = capacityBytes / (others.size() + 1);
    long beyond;
    synchronized (this) {
      beyond = Math.max(0, published.totalBytes() - part);
    }
    long wanted = wanted(others);
    long beyondTogether = beyond
        + others.values().stream()
            .mapToLong(s -> Math.max(0, s.totalBytes() - part))
            .sum();
    return wanted == 0 || beyond == 0
        ? 0
        : Math.min(beyond, (long) Math.ceil((double) wanted * beyond / beyondTogether));
  }

  /** Is a member no more. */
  void leave() {
    reports.withdraw();
  }

  private synchronized void publish(CapacityReport report) {
    reports.publish(report);
    published = report;
  }
}
