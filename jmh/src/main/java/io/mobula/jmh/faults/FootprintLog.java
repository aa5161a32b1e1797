package io.mobula.jmh.faults;

import java.awt.Color;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Log of the footprints of processes over time, written as a table (CSV) and as charts (PNG). For
 * one thread.
 */
final class FootprintLog {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 260;
  private static final int COLUMNS = 1;
  private static final double MEGABYTE = 1 << 20;

  private final List<Sample> samples = new ArrayList<>();

  /** Numbers of one sample, without class names, which would fill the heap that is measured. */
  private record Sample(
      double seconds,
      String process,
      long heapBytes,
      long objects,
      long threads,
      long descriptors,
      long segments) {}

  /** Adds a sample of a process. */
  void add(double seconds, String process, ProcessFootprint vitals) {
    samples.add(new Sample(
        seconds,
        process,
        vitals.heapBytes(),
        vitals.objects(),
        vitals.threads(),
        vitals.descriptors(),
        vitals.segments()));
  }

  /** Returns the number of samples. */
  int size() {
    return samples.size();
  }

  /** Writes all samples, replacing existing files. */
  void write(Path csv, Path png) throws IOException {
    var lines = new ArrayList<String>();
    lines.add("seconds,process,heap,objects,threads,descriptors,segments");
    for (var sample : samples) {
      lines.add(String.format(
          java.util.Locale.ROOT,
          "%.1f,%s,%d,%d,%d,%d,%d",
          sample.seconds(),
          sample.process(),
          sample.heapBytes(),
          sample.objects(),
          sample.threads(),
          sample.descriptors(),
          sample.segments()));
    }
    Files.write(csv, lines, StandardCharsets.UTF_8);
    System.setProperty("java.awt.headless", "true");
    var charts = List.of(
        chart("Heap after a collection", "MiB", each -> each.heapBytes() / MEGABYTE),
        chart("Objects of Mobula's classes", "objects", Sample::objects),
        chart("Threads", "threads", Sample::threads),
        chart("Open files and sockets", "descriptors", Sample::descriptors),
        chart("Mapped files in shared memory", "files", Sample::segments));
    try (var out = Files.newOutputStream(png)) {
      BitmapEncoder.saveBitmap(charts, charts.size(), COLUMNS, out, BitmapFormat.PNG);
    }
  }

  private XYChart chart(String title, String unit, ToDoubleFunction<Sample> value) {
    var chart = new XYChartBuilder()
        .width(WIDTH)
        .height(HEIGHT)
        .title(title)
        .xAxisTitle("seconds")
        .yAxisTitle(unit)
        .build();
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setYAxisMin(0.0);
    byProcess().forEach((process, of) -> {
      double[] seconds = of.stream().mapToDouble(Sample::seconds).toArray();
      double[] values = of.stream().mapToDouble(value).toArray();
      chart.addSeries(process, seconds, values).setMarker(SeriesMarkers.NONE);
    });
    return chart;
  }

  private Map<String, List<Sample>> byProcess() {
    var all = new LinkedHashMap<String, List<Sample>>();
    samples.forEach(
        each -> all.computeIfAbsent(each.process(), any -> new ArrayList<>()).add(each));
    return all;
  }
}
