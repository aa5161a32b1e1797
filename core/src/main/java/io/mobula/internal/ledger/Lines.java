package io.mobula.internal.ledger;

import io.mobula.NodeId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who waits at a ledger: a line for each driver, in the order of arrival. Pure; for one thread.
 *
 * <p>They are looked at by turns: the driver that holds least for its weight comes first, of those
 * that hold the same the one whose last turn is longest ago, and then the one whose request is
 * older (max-min fairness over dominant shares, Ghodsi et al., NSDI 2011).
 */
final class Lines {
  private final Map<NodeId, Line> lines = new LinkedHashMap<>();
  private final Holdings holdings;
  private long arrivals;
  private int size;

  private record Entry(Requester requester, long arrival) {}

  /** Those of one driver. */
  private static final class Line {
    private final Deque<Entry> entries = new ArrayDeque<>();
    private long lastTurn;
  }

  /** Nobody waits; turns go by what these say. */
  Lines(Holdings holdings) {
    this.holdings = holdings;
  }

  /** How many wait. */
  int size() {
    return size;
  }

  /** Takes its place at the end of its driver's line. */
  void add(Requester requester) {
    lines
        .computeIfAbsent(requester.program().driver(), driver -> new Line())
        .entries
        .addLast(new Entry(requester, arrivals++));
    size++;
  }

  /** Whether it still waits, nobody of its driver having come since. */
  @SuppressWarnings("ReferenceEquality") // requesters are known by identity
  boolean isLast(Requester requester) {
    var line = lines.get(requester.program().driver());
    return line != null
        && !line.entries.isEmpty()
        && line.entries.getLast().requester() == requester;
  }

  /** All, the oldest first. */
  List<Requester> inOrder() {
    return lines.values().stream()
        .flatMap(line -> line.entries.stream())
        .sorted(Comparator.comparingLong(Entry::arrival))
        .map(Entry::requester)
        .toList();
  }

  /** Looks at each once, by turns; what is held may change meanwhile. */
  Scan scan() {
    return new Scan();
  }

  /** One look at all who wait. */
  final class Scan {
    private final List<Cursor> cursors = new ArrayList<>();
    private @Nullable Cursor current;

    private Scan() {
      lines.forEach((driver, line) -> cursors.add(new Cursor(driver, line)));
    }

    /** Whose turn it is; null when all had theirs. */
    @Nullable
    Requester next() {
      cursors.removeIf(Cursor::isOver);
      cursors.forEach(Cursor::noteTurn);
      current = cursors.size() < 2
          ? cursors.stream().findFirst().orElse(null)
          : cursors.stream()
              .min(Comparator.comparingDouble((Cursor each) -> holdings.shareOf(each.driver))
                  .thenComparingLong(each -> each.line.lastTurn)
                  .thenComparingLong(Cursor::arrival))
              .orElseThrow();
      return current == null ? null : current.step();
    }

    /** Whoever has just been looked at waits no more. */
    void remove() {
      if (current != null) {
        current.remove();
      }
    }

    /** Ends it: drivers without anybody who waits are forgotten. */
    void end() {
      lines.values().removeIf(line -> line.entries.isEmpty());
    }
  }

  /** Where a look is in one line. */
  private final class Cursor {
    private final NodeId driver;
    private final Line line;
    private final Iterator<Entry> rest;
    private @Nullable Entry ahead;

    Cursor(NodeId driver, Line line) {
      this.driver = driver;
      this.line = line;
      this.rest = line.entries.iterator();
    }

    boolean isOver() {
      if (ahead == null && rest.hasNext()) {
        ahead = rest.next();
      }
      return ahead == null;
    }

    /** A line remembers it when nothing is held any more. */
    void noteTurn() {
      line.lastTurn = Math.max(line.lastTurn, holdings.lastTurnOf(driver));
    }

    long arrival() {
      return ahead == null ? Long.MAX_VALUE : ahead.arrival();
    }

    @Nullable
    Requester step() {
      var entry = ahead;
      ahead = null;
      return entry == null ? null : entry.requester();
    }

    void remove() {
      rest.remove();
      size--;
    }
  }
}
