package io.mobula.jmh.cluster;

import java.util.List;
import java.util.Objects;

/**
 * One of the bench's tables, measured.
 *
 * @param name what {@code --only} calls it
 * @param title the sentence above it
 * @param lines in order
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
