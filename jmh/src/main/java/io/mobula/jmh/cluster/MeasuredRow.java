package io.mobula.jmh.cluster;

import io.mobula.jmh.measure.QuantityFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Row of a table: Mobula's measurements, and those of the baselines.
 *
 * @param ours Mobula's measurements
 * @param baselines other implementations, the most important one first
 * @param atMost goal: the maximum of {@code ours}; null where there is none
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
