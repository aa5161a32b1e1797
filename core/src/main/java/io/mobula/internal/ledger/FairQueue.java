package io.mobula.internal.ledger;

import io.mobula.NodeId;
import io.mobula.Resources;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who waits at a ledger: a line for each driver and amount that is wanted, in the order of arrival.
 * Pure; for one thread.
 *
 * <p>They are looked at by turns: the driver that holds least for its weight comes first, of those
 * that hold the same the one whose last turn is longest ago, and then the one whose request is
 * older (max-min fairness over dominant shares, Ghodsi et al., NSDI 2011). Where one is refused,
 * all behind it in its line are, without a look at them.
 */
final class FairQueue {
  private final Map<NodeId, DriverQueues> driverQueues = new LinkedHashMap<>();
  private final DominantShares dominantShares;
  private long arrivals;
  private int size;

  private record QueuedRequest(LeaseRequester requester, long arrival) {}

  /** The lines of one driver. */
  private static final class DriverQueues {
    private final NodeId id;
    private final Map<Resources, Deque<QueuedRequest>> lines = new LinkedHashMap<>();
    private long lastTurn;

    DriverQueues(NodeId id) {
      this.id = id;
    }
  }

  /** Nobody waits; turns go by what these say. */
  FairQueue(DominantShares dominantShares) {
    this.dominantShares = dominantShares;
  }

  /** How many wait. */
  int size() {
    return size;
  }

  /** Takes its place at the end of its line. */
  void add(LeaseRequester requester) {
    driverQueues
        .computeIfAbsent(requester.job().driver(), DriverQueues::new)
        .lines
        .computeIfAbsent(requester.wanted(), wanted -> new ArrayDeque<>())
        .addLast(new QueuedRequest(requester, arrivals++));
    size++;
  }

  /** Whether it still waits, being the last that has come to its line. */
  @SuppressWarnings("ReferenceEquality") // requesters are known by identity
  boolean isLast(LeaseRequester requester) {
    var driver = driverQueues.get(requester.job().driver());
    var line = driver == null ? null : driver.lines.get(requester.wanted());
    var last = line == null ? null : line.peekLast();
    return last != null && last.requester() == requester;
  }

  /** Whether it waits. Looks at all of its line. */
  @SuppressWarnings("ReferenceEquality") // requesters are known by identity
  boolean has(LeaseRequester requester) {
    var driver = driverQueues.get(requester.job().driver());
    var line = driver == null ? null : driver.lines.get(requester.wanted());
    return line != null && line.stream().anyMatch(request -> request.requester() == requester);
  }

  /** All, the oldest first. */
  List<LeaseRequester> inOrder() {
    return driverQueues.values().stream()
        .flatMap(driverQueues -> driverQueues.lines.values().stream())
        .flatMap(Deque::stream)
        .sorted(Comparator.comparingLong(QueuedRequest::arrival))
        .map(QueuedRequest::requester)
        .toList();
  }

  /** Forgets those who want no more, wherever they stand. */
  void removeLapsed() {
    for (var driver : driverQueues.values()) {
      for (var line : driver.lines.values()) {
        int before = line.size();
        line.removeIf(request -> !request.requester().stillWants());
        size -= before - line.size();
      }
    }
  }

  /** Nobody waits any more; those who did, the oldest first. */
  List<LeaseRequester> removeAll() {
    var all = inOrder();
    driverQueues.clear();
    size = 0;
    return all;
  }

  /** A look at all of them by turns; what is held may change meanwhile. */
  FairScan scan() {
    return new FairScan();
  }

  /** One line, and whose it is. */
  private record QueueCursor(DriverQueues driver, Deque<QueuedRequest> line) {
    long arrival() {
      return line.getFirst().arrival();
    }

    double weight() {
      return line.getFirst().requester().job().weight();
    }
  }

  /** One look. */
  final class FairScan {
    private final List<QueueCursor> open = new ArrayList<>();
    private @Nullable QueueCursor current;

    private FairScan() {
      for (var driver : driverQueues.values()) {
        driver.lastTurn = Math.max(driver.lastTurn, dominantShares.lastTurnOf(driver.id));
        driver.lines.values().forEach(line -> open.add(new QueueCursor(driver, line)));
      }
    }

    /** Whose turn it is; null when all had theirs. Whoever wants no more is left out. */
    @Nullable
    LeaseRequester next() {
      open.removeIf(cursor -> {
        skipLapsed(cursor.line());
        return cursor.line().isEmpty();
      });
      current = first();
      return current == null ? null : current.line().getFirst().requester();
    }

    private void skipLapsed(Deque<QueuedRequest> line) {
      while (!line.isEmpty() && !line.getFirst().requester().stillWants()) {
        line.removeFirst();
        size--;
      }
    }

    private @Nullable QueueCursor first() {
      QueueCursor best = null;
      for (var cursor : open) {
        best = best == null || isBefore(cursor, best) ? cursor : best;
      }
      return best;
    }

    private boolean isBefore(QueueCursor one, QueueCursor other) {
      if (one.driver().equals(other.driver())) {
        return one.arrival() < other.arrival();
      }
      int byShare = Double.compare(
          dominantShares.shareOf(one.driver().id) / one.weight(),
          dominantShares.shareOf(other.driver().id) / other.weight());
      if (byShare != 0) {
        return byShare < 0;
      }
      int byTurn = Long.compare(one.driver().lastTurn, other.driver().lastTurn);
      return byTurn == 0 ? one.arrival() < other.arrival() : byTurn < 0;
    }

    /** Whoever has just been looked at is granted what it wants. */
    void markGranted() {
      if (current != null) {
        current.line().removeFirst();
        size--;
      }
    }

    /** Whoever has just been looked at is not, nor is anybody behind it. */
    void refused() {
      open.remove(current);
    }

    /** Ends it: lines in which nobody waits are forgotten. */
    void end() {
      driverQueues.values().removeIf(driverQueues -> {
        driverQueues.lines.values().removeIf(Deque::isEmpty);
        return driverQueues.lines.isEmpty();
      });
    }
  }
}
