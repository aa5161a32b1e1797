package io.mobula.jmh.cluster;

import io.mobula.jmh.QuantityFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A line of a table: what was measured, and by what else the same is done.
 *
 * @param ours what Mobula takes
 * @param beside bare ways, the one that matters most first
 * @param atMost the goal: what {@code ours} is not to exceed; null where there is none
 */
record Line(
    String what, Series ours, List<Series> beside, @Nullable Double atMost) {
  Line {
    beside = List.copyOf(beside);
  }

  static Line of(String what, Series ours, Series... beside) {
    return new Line(what, ours, List.of(beside), null);
  }

  String markdown() {
    return "| "
        + String.join(" | ", what, ours.cell(), besides(), ratios(), goal(), verdict())
        + " |\n";
  }

  private String besides() {
    return beside.stream()
        .map(bare -> bare.name() + " " + bare.cell())
        .collect(Collectors.joining("<br>"));
  }

  private String ratios() {
    return beside.stream()
        .map(bare -> QuantityFormat.digits(bare.median() / ours.median()))
        .collect(Collectors.joining("<br>"));
  }

  String goal() {
    return atMost == null ? "–" : "≤ " + QuantityFormat.digits(atMost) + " ×";
  }

  private String verdict() {
    return atMost == null ? "" : ours.median() <= atMost ? "yes" : "**no**";
  }
}
