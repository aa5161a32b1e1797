package io.mobula.internal.ledger;

import io.mobula.NodeId;
import io.mobula.placement.Resources;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Queue of waiting lease requests: a FIFO for each driver and wanted amount. Not thread-safe.
 *
 * <p>Requests are scanned in fair order: first the driver with the smallest dominant share for its
 * weight, among equals the driver whose last grant is longest ago, then the older request (max-min
 * fairness over dominant shares, Ghodsi et al., NSDI 2011). When a request is refused, all behind
 * it in its FIFO are skipped.
 */
final class FairQueue {
  private final Map<NodeId, DriverQueues> driverQueues = new LinkedHashMap<>();
  private final DominantShares dominantShares;
  private long arrivals;
  private int size;

  private record QueuedRequest(LeaseRequester requester, long arrival) {}

  /** All FIFOs of one driver. */
  private static final class DriverQueues {
    private final NodeId id;
    private final Map<Resources, Deque<QueuedRequest>> lines = new LinkedHashMap<>();
    private long lastTurn;

    DriverQueues(NodeId id) {
      this.id = id;
    }
  }

  /** Creates an empty queue that is ordered by these shares. */
  FairQueue(DominantShares dominantShares) {
    this.dominantShares = dominantShares;
  }

  /** Returns the number of waiting requests. */
  int size() {
    return size;
  }

  /** Adds a request at the end of its FIFO. */
  void add(LeaseRequester requester) {
    driverQueues
        .computeIfAbsent(requester.job().driver(), DriverQueues::new)
        .lines
        .computeIfAbsent(requester.wanted(), wanted -> new ArrayDeque<>())
        .addLast(new QueuedRequest(requester, arrivals++));
    size++;
  }

  /** Returns whether the requester still waits and is the last of its FIFO. */
  @SuppressWarnings("ReferenceEquality") // requesters are known by identity
  boolean isLast(LeaseRequester requester) {
    var driver = driverQueues.get(requester.job().driver());
    var line = driver == null ? null : driver.lines.get(requester.wanted());
    var last = line == null ? null : line.peekLast();
    return last != null && last.requester() == requester;
  }

  /** Returns whether the requester waits. Searches its whole FIFO. */
  @SuppressWarnings("ReferenceEquality") // requesters are known by identity
  boolean has(LeaseRequester requester) {
    var driver = driverQueues.get(requester.job().driver());
    var line = driver == null ? null : driver.lines.get(requester.wanted());
    return line != null && line.stream().anyMatch(request -> request.requester() == requester);
  }

  /** Returns all waiting requesters, oldest first. */
  List<LeaseRequester> inOrder() {
    return driverQueues.values().stream()
        .flatMap(driverQueues -> driverQueues.lines.values().stream())
        .flatMap(Deque::stream)
        .sorted(Comparator.comparingLong(QueuedRequest::arrival))
        .map(QueuedRequest::requester)
        .toList();
  }

  /** Removes all requests that are no longer wanted. */
  void removeLapsed() {
    for (var driver : driverQueues.values()) {
      for (var line : driver.lines.values()) {
        int before = line.size();
        line.removeIf(request -> !request.requester().stillWants());
        size -= before - line.size();
      }
    }
  }

  /** Removes all requests and returns their requesters, oldest first. */
  List<LeaseRequester> removeAll() {
    var all = inOrder();
    driverQueues.clear();
    size = 0;
    return all;
  }

  /** Starts a scan in fair order. The shares may change during the scan. */
  FairScan scan() {
    return new FairScan();
  }

  /** FIFOs of one driver that a scan has not left behind, the one with the oldest request first. */
  private static final class DriverCursor {
    private final DriverQueues driver;
    private final PriorityQueue<Deque<QueuedRequest>> lines =
        new PriorityQueue<>(Comparator.comparingLong(line -> line.getFirst().arrival()));

    DriverCursor(DriverQueues driver) {
      this.driver = driver;
      driver.lines.values().forEach(this::open);
    }

    void open(Deque<QueuedRequest> line) {
      if (!line.isEmpty()) {
        lines.add(line);
      }
    }

    QueuedRequest oldest() {
      return lines.element().getFirst();
    }
  }

  /**
   * One scan of the queue in fair order. It looks at each request about once, as thousands of FIFOs
   * may wait.
   */
  final class FairScan {
    private final List<DriverCursor> open = new ArrayList<>();
    private @Nullable DriverCursor current;

    private FairScan() {
      for (var driver : driverQueues.values()) {
        driver.lastTurn = Math.max(driver.lastTurn, dominantShares.lastTurnOf(driver.id));
        open.add(new DriverCursor(driver));
      }
    }

    /**
     * Returns the next requester in fair order; null at the end of the scan. Removes requests that
     * are no longer wanted.
     */
    @Nullable
    LeaseRequester next() {
      for (current = first(); current != null; current = first()) {
        var requester = current.oldest().requester();
        if (requester.stillWants()) {
          return requester;
        }
        remove(current);
      }
      return null;
    }

    private @Nullable DriverCursor first() {
      DriverCursor best = null;
      for (var cursor : open) {
        if (!cursor.lines.isEmpty() && (best == null || isBefore(cursor, best))) {
          best = cursor;
        }
      }
      return best;
    }

    private boolean isBefore(DriverCursor one, DriverCursor other) {
      int byShare = Double.compare(weightedShare(one), weightedShare(other));
      if (byShare != 0) {
        return byShare < 0;
      }
      int byTurn = Long.compare(one.driver.lastTurn, other.driver.lastTurn);
      return byTurn == 0 ? one.oldest().arrival() < other.oldest().arrival() : byTurn < 0;
    }

    private double weightedShare(DriverCursor cursor) {
      return dominantShares.shareOf(cursor.driver.id)
          / cursor.oldest().requester().job().weight();
    }

    /** Removes a driver's oldest request; the next of its FIFO takes part in the scan. */
    private void remove(DriverCursor cursor) {
      var line = cursor.lines.remove();
      line.removeFirst();
      size--;
      cursor.open(line);
    }

    /** Marks the current request as granted and removes it. */
    void markGranted() {
      if (current != null) {
        remove(current);
      }
    }

    /** Marks the current request as refused: the rest of its FIFO is skipped. */
    void refused() {
      if (current != null) {
        current.lines.remove();
      }
    }

    /** Ends the scan and forgets empty FIFOs. */
    void end() {
      driverQueues.values().removeIf(driverQueues -> {
        driverQueues.lines.values().removeIf(Deque::isEmpty);
        return driverQueues.lines.isEmpty();
      });
    }
  }
}
