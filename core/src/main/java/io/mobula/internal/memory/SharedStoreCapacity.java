package io.mobula.internal.memory;

import io.mobula.error.StoreException;
import io.mobula.internal.memory.CapacityReports.CapacityReport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Capacity limit that a node's store shares with the stores of the processes that the node started.
 *
 * <p>Each member publishes the bytes of its segments and the bytes that it wants, in a small file
 * of its own in the directory of the node's store. A member that grows publishes its new size first
 * and then reads the others: of two that grow at the same time into the last room at least one sees
 * the other, and withdraws. No lock is held, so a stopped member delays nobody, and the report of a
 * dead member counts for as long as its files take memory.
 *
 * <p>A member that has less than an equal share and finds no room requests bytes. The members with
 * more than an equal share give back, each in proportion to its excess. Costs some file operations:
 * for growing and once a second, not for objects. Safe for all threads.
 */
final class SharedStoreCapacity {
  private static final long REQUEST_LIFETIME_NANOS = Duration.ofSeconds(3).toNanos();

  private final CapacityReports reports;
  private final long capacityBytes;
  private final LongSupplier nanos;
  private final Map<String, ObservedRequest> observedRequests = new HashMap<>();
  private CapacityReport published = new CapacityReport(0, 0, 0);
  private long askedAt;

  /** The request count of a member, and when this member first saw it, by its own clock. */
  private record ObservedRequest(long count, long seenAt) {}

  /**
   * Makes a member that publishes its reports through {@code reports}.
   *
   * @param bytes the shared capacity
   * @param nanos the clock in nanoseconds
   */
  SharedStoreCapacity(CapacityReports reports, long bytes, LongSupplier nanos) {
    this.reports = reports;
    this.capacityBytes = bytes;
    this.nanos = nanos;
  }

  /**
   * Joins the shared capacity as a member.
   *
   * @param head the directory of the node's store, which may be the member's own
   * @param member the directory of the member's store, a sibling of {@code head}
   * @param bytes the shared capacity
   * @throws StoreException if there is no such directory
   */
  static SharedStoreCapacity join(Path head, StoreDirectory member, long bytes) {
    return join(head, member, bytes, System::nanoTime);
  }

  /** Joins the shared capacity with a given clock, in nanoseconds. */
  static SharedStoreCapacity join(
      Path head, StoreDirectory member, long bytes, LongSupplier nanos) {
    return new SharedStoreCapacity(CapacityReportFiles.create(head, member), bytes, nanos);
  }

  /**
   * Publishes a larger total size of this member's segments; returns false, and restores the
   * previous report, if the total of all members would exceed the capacity.
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

  /** Publishes a smaller total size of this member's segments. */
  synchronized void release(long total) {
    publish(new CapacityReport(total, published.wantedBytes(), published.requestCount()));
  }

  /** Returns the bytes of the other members' segments together. */
  long othersBytes() {
    return reports.others().values().stream()
        .mapToLong(CapacityReport::totalBytes)
        .sum();
  }

  /**
   * Requests this many bytes from the others for some seconds, if this member has less than an
   * equal share.
   */
  synchronized void requestBytes(long more) {
    var others = reports.others();
    long now = nanos.getAsLong();
    long stillWanted = now - askedAt < REQUEST_LIFETIME_NANOS ? published.wantedBytes() : 0;
    if (published.totalBytes() < capacityBytes / (others.size() + 1) && stillWanted < more) {
      askedAt = now;
      publish(new CapacityReport(published.totalBytes(), more, published.requestCount() + 1));
    }
  }

  /**
   * Returns the bytes that others have requested; each request counts for some seconds from when
   * this member first saw it.
   */
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

  /** Returns how many bytes this member has to give to others that requested bytes. */
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

  /** Removes this member's report for good. */
  void leave() {
    reports.withdraw();
  }

  private synchronized void publish(CapacityReport report) {
    reports.publish(report);
    published = report;
  }
}
