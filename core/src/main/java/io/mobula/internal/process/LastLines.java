package io.mobula.internal.process;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Last lines of a process's output, for the report when it fails. Safe for all threads. */
final class LastLines {
  private final int max;
  private final Deque<String> lines = new ArrayDeque<>();

  LastLines(int max) {
    this.max = max;
  }

  synchronized void add(String line) {
    if (lines.size() == max) {
      lines.removeFirst();
    }
    lines.addLast(line);
  }

  synchronized List<String> all() {
    return List.copyOf(lines);
  }

  /** Returns the lines, indented, or a remark that there are none. */
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
