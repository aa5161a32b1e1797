package io.mobula.internal.process;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The last lines that somebody wrote, for the report when it fails. Safe for all threads. */
final class LastLines {
  private final int most;
  private final Deque<String> lines = new ArrayDeque<>();

  LastLines(int most) {
    this.most = most;
  }

  synchronized void add(String line) {
    if (lines.size() == most) {
      lines.removeFirst();
    }
    lines.addLast(line);
  }

  synchronized List<String> all() {
    return List.copyOf(lines);
  }

  /** The lines below each other, indented; or that there are none. */
  @Override
  public String toString() {
    var present = all();
    return present.isEmpty()
        ? "  (it wrote nothing)"
        : present.stream()
            .map(line -> "  " + line)
            .collect(java.util.stream.Collectors.joining("\n"));
  }
}
