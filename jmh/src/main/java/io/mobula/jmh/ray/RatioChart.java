package io.mobula.jmh.ray;

import io.mobula.jmh.measure.QuantityFormat;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;

/**
 * Chart of Mobula's speed relative to Ray's: a pair of bars for each workload, on a logarithmic
 * axis.
 */
final class RatioChart {
  private static final int WIDTH = 1100;
  private static final int LEFT = 360;
  private static final int RIGHT = 90;
  private static final int TOP = 70;
  private static final int BAR = 11;
  private static final int STEP = 34;
  private static final double MIN_RATIO = 0.1;
  private static final Color PROCESSES = new Color(0x1f77b4);
  private static final Color IN_PROCESS = new Color(0x9ecae1);
  private static final Color GOAL = new Color(0xd62728);

  private final Graphics2D pen;
  private final double max;

  private RatioChart(Graphics2D pen, double max) {
    this.pen = pen;
    this.max = max;
  }

  static void write(List<RayComparison.Row> rows, Path file) throws IOException {
    var compared = rows.stream().filter(row -> !Double.isNaN(row.best())).toList();
    var image =
        new BufferedImage(WIDTH, TOP + STEP * compared.size() + 40, BufferedImage.TYPE_INT_RGB);
    double max = compared.stream()
        .mapToDouble(row -> Math.max(orOne(row.processes()), orOne(row.inProcess())) / row.best())
        .max()
        .orElse(1);
    var pen = image.createGraphics();
    pen.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    pen.setColor(Color.WHITE);
    pen.fillRect(0, 0, image.getWidth(), image.getHeight());
    new RatioChart(pen, Math.max(1000, max)).draw(compared, image.getHeight());
    pen.dispose();
    ImageIO.write(image, "png", file.toFile());
  }

  private static double orOne(double value) {
    return Double.isNaN(value) ? 1 : value;
  }

  private int x(double ratio) {
    double share = Math.log(Math.max(MIN_RATIO, ratio) / MIN_RATIO) / Math.log(max / MIN_RATIO);
    return LEFT + (int) ((WIDTH - LEFT - RIGHT) * share);
  }

  private void draw(List<RayComparison.Row> rows, int height) {
    pen.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 15));
    pen.setColor(Color.BLACK);
    pen.drawString("Mobula beside Ray on one machine: times as fast (Ray = 1)", 16, 26);
    pen.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
    legend();
    for (double tick = MIN_RATIO; tick <= max; tick *= 10) {
      pen.setColor(tick == 1 ? Color.BLACK : new Color(0xdddddd));
      pen.setStroke(new BasicStroke(tick == 1 ? 2 : 1));
      pen.drawLine(x(tick), TOP - 8, x(tick), height - 30);
      pen.setColor(Color.DARK_GRAY);
      pen.drawString(
          "×" + (tick < 1 ? "0.1" : String.valueOf((long) tick)), x(tick) - 8, height - 12);
    }
    for (int i = 0; i < rows.size(); i++) {
      row(rows.get(i), TOP + i * STEP);
    }
  }

  private void legend() {
    key(16, PROCESSES, "partners in different JVMs");
    key(230, IN_PROCESS, "all in one JVM");
    key(360, GOAL, "goal");
  }

  private void key(int at, Color color, String what) {
    pen.setColor(color);
    pen.fillRect(at, 38, 12, 12);
    pen.setColor(Color.BLACK);
    pen.drawString(what, at + 18, 49);
  }

  private void row(RayComparison.Row row, int y) {
    pen.setColor(Color.BLACK);
    pen.drawString(row.name(), 16, y + 16);
    bar(row.processes() / row.best(), row.goalProcesses(), y, PROCESSES);
    bar(row.inProcess() / row.best(), row.goalInProcess(), y + BAR + 2, IN_PROCESS);
  }

  private void bar(double ratio, double goal, int y, Color color) {
    if (!Double.isNaN(ratio)) {
      pen.setColor(color);
      int from = Math.min(x(1), x(ratio));
      pen.fillRect(from, y, Math.max(2, Math.abs(x(ratio) - x(1))), BAR);
      pen.setColor(Color.DARK_GRAY);
      pen.drawString("×" + QuantityFormat.digits(ratio), Math.max(x(1), x(ratio)) + 4, y + BAR - 1);
    }
    if (!Double.isNaN(goal)) {
      pen.setColor(GOAL);
      pen.setStroke(new BasicStroke(2));
      pen.drawLine(x(goal), y - 1, x(goal), y + BAR);
    }
  }
}
