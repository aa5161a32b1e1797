package io.mobula.jmh.cluster;

import io.mobula.jmh.QuantityFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A line of a table: what was measured, and by what else the same is done.
 *
 * @param ours what Mobula takes
 * @param baselines bare ways, the one that matters most first
 * @param atMost the goal: what {@code ours} is not to exceed; null where there is none
 */
record MeasuredRow(
    String what,
    MeasurementSeries ours,
    List<MeasurementSeries> baselines,
    @Nullable Double atMost) {
  MeasuredRow {
    baselines = List.copyOf(baselines);
  }

  static MeasuredRow of(String what, MeasurementSeries ours, MeasurementSeries... beside) {
    return new MeasuredRow(what, ours, List.of(beside), null);
  }

  String markdown() {
    return "| "
        + String.join(" | ", what, ours.cell(), besides(), ratios(), goal(), verdict())
        + " |\n";
  }

  private String besides() {
    return baselines.stream()
        .map(bare -> bare.name() + " " + bare.cell())
        .collect(Collectors.joining("<br>"));
  }

  private String ratios() {
    return baselines.stream()
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
