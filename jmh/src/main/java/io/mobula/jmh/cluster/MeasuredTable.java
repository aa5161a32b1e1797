package io.mobula.jmh.cluster;

import java.util.List;
import java.util.Objects;

/**
 * Measured table of the cluster benchmark.
 *
 * @param name name used by {@code --only}
 * @param title sentence above the table
 * @param lines rows in order
 */
record MeasuredTable(String name, String title, List<MeasuredRow> lines) {
  MeasuredTable {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(title, "title");
    lines = List.copyOf(lines);
  }

  String markdown() {
    var text = new StringBuilder("**").append(name).append("**: ").append(title).append("\n\n");
    text.append("""
        | what | Mobula | beside it | ratio | goal | reached |
        |---|--:|--:|--:|---|---|
        """);
    lines.forEach(row -> text.append(row.markdown()));
    return text.append('\n').toString();
  }
}
