package io.mobula.samples.training;

import io.mobula.samples.training.LearningCurve.Point;
import java.awt.Color;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Plot of learning curves: a PNG with two charts over time, loss and accuracy, with one line per
 * curve in each. Needs no display.
 */
public final class CurvesPlot {
  private static final int WIDTH = 640;
  private static final int HEIGHT = 480;

  private CurvesPlot() {}

  /** Creates the folder of a picture, so that a long run does not fail at its end. */
  public static void makeFolder(Path file) throws IOException {
    var folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
  }

  /** Writes the picture, replacing an existing file. */
  public static void write(Path file, List<LearningCurve> curves) throws IOException {
    System.setProperty("java.awt.headless", "true");
    var loss = chart("Training loss", "nats", curves, Point::loss);
    var accuracy = chart("Accuracy on what was held out", "share", curves, Point::accuracy);
    accuracy.getStyler().setLegendPosition(LegendPosition.InsideSE);
    try (OutputStream out = Files.newOutputStream(file)) {
      BitmapEncoder.saveBitmap(List.of(loss, accuracy), 1, 2, out, BitmapFormat.PNG);
    }
  }

  private static XYChart chart(
      String title, String unit, List<LearningCurve> curves, ToDoubleFunction<Point> value) {
    var chart = new XYChartBuilder()
        .width(WIDTH)
        .height(HEIGHT)
        .title(title)
        .xAxisTitle("seconds")
        .yAxisTitle(unit)
        .build();
    chart
        .getStyler()
        .setLegendPosition(LegendPosition.InsideNE)
        .setChartBackgroundColor(Color.WHITE);
    for (var curve : curves) {
      double[] seconds = curve.points().stream().mapToDouble(Point::seconds).toArray();
      double[] values = curve.points().stream().mapToDouble(value).toArray();
      chart.addSeries(curve.title(), seconds, values).setMarker(SeriesMarkers.NONE);
    }
    return chart;
  }
}
