import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Draws the pictures of the documentation: each {@code .txt} file of a directory becomes an {@code
 * .svg} file of the same name. The same text always gives the same bytes.
 *
 * <p>Run {@code java docs/images/PictureDrawer.java} after a change; arguments are the directory of the texts
 * and the directory of the pictures, {@code docs/images} by default.
 *
 * <p>A text is either a <em>map</em> of boxes in rows, or a <em>way</em> through columns. Its lines
 * ({@code #} begins a comment):
 *
 * <pre>
 * map TITLE                         way TITLE
 * row [LABEL]                       column NAME TEXT
 * box NAME COLUMN TEXT              group NAME NAME: TEXT
 * arrow FROM TO [via X,ROW ...]     step COLUMN [: LABEL OF THE ARROW]
 *                                     CLASS, CLASS
 *                                     | what they do here
 * </pre>
 */
public final class PictureDrawer {
  private static final int BOX_WIDTH = 190;
  private static final int GAP = 26;
  private static final int LINE = 17;
  private static final int MARGIN = 24;

  private static final String STYLE =
      """
      <style>
        .paper { fill: #ffffff; stroke: #d0d7de; }
        .band { fill: #f3f5f8; }
        .box { fill: #e3edfb; stroke: #4a76b8; stroke-width: 1.2; }
        .line { fill: none; stroke: #57606a; stroke-width: 1.4; }
        .head { fill: #57606a; }
        .label { fill: #ffffff; }
        text { font-family: Helvetica, Arial, sans-serif; font-size: 12.5px; fill: #24292f; }
        .title { font-size: 17px; font-weight: bold; }
        .name { font-weight: bold; }
        .note { fill: #57606a; }
        @media (prefers-color-scheme: dark) {
          .paper { fill: #0d1117; stroke: #30363d; }
          .band { fill: #161b22; }
          .box { fill: #1b2a41; stroke: #6c9be0; }
          .line { stroke: #9aa4af; }
          .head { fill: #9aa4af; }
          .label { fill: #0d1117; }
          text { fill: #e6edf3; }
          .note { fill: #aab4be; }
        }
      </style>
      <defs>
        <marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">
          <path class="head" d="M0,0 L8,4 L0,8 z"/>
        </marker>
      </defs>
      """;

  private PictureDrawer() {}

  public static void main(String[] arguments) throws IOException {
    var texts = Path.of(arguments.length > 0 ? arguments[0] : "docs/images");
    var pictures = arguments.length > 1 ? Path.of(arguments[1]) : texts;
    try (var files = Files.list(texts)) {
      for (var file : files.filter(each -> each.toString().endsWith(".txt")).sorted().toList()) {
        var name = file.getFileName().toString().replaceFirst("\\.txt$", ".svg");
        Files.writeString(pictures.resolve(name), draw(Files.readAllLines(file)));
      }
    }
  }

  private static String draw(List<String> text) {
    var lines = text.stream()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .toList();
    var first = lines.getFirst();
    var rest = lines.subList(1, lines.size());
    return first.startsWith("map ")
        ? new RowMap(first.substring(4)).read(rest).draw()
        : new ColumnWay(first.substring(4)).read(rest).draw();
  }

  private static String page(String title, double width, double height, String body) {
    return """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img">
        <title>%s</title>
        %s<rect class="paper" x="0.5" y="0.5" width="%d" height="%d" rx="8"/>
        <text class="title" x="%d" y="34">%s</text>
        %s</svg>
        """
        .formatted(
            (int) width,
            (int) height,
            (int) width,
            (int) height,
            escape(title),
            STYLE,
            (int) width - 1,
            (int) height - 1,
            MARGIN,
            escape(title),
            body);
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private static String text(String style, double x, double y, String anchor, String text) {
    return "<text class=\"%s\" x=\"%.0f\" y=\"%.0f\" text-anchor=\"%s\">%s</text>%n"
        .formatted(style, x, y, anchor, escape(text));
  }

  /** Wraps a text at a number of characters; a word that is longer keeps a line of its own. */
  private static List<String> wrap(String text, int characters) {
    var lines = new ArrayList<String>();
    var line = new StringBuilder();
    for (var word : text.strip().split("\\s+")) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > characters) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    if (!line.isEmpty()) {
      lines.add(line.toString());
    }
    return lines;
  }

  private record Box(String name, double x, double y, double width, double height) {
    double middle() {
      return x + width / 2;
    }

    String draw(List<String> words, int names) {
      var out = new StringBuilder(
          "<rect class=\"box\" x=\"%.0f\" y=\"%.0f\" width=\"%.0f\" height=\"%.0f\" rx=\"5\"/>%n"
              .formatted(x, y, width, height));
      for (int i = 0; i < words.size(); i++) {
        out.append(text(
            i < names ? "name" : "note", x + 9, y + 18 + i * (double) LINE, "start", words.get(i)));
      }
      return out.toString();
    }
  }

  /** Picture of boxes in rows, with arrows between them. */
  private static final class RowMap {
    private static final int CHARACTERS = 27;
    private static final int ROW_GAP = 34;

    private record Entry(String name, double column, List<String> words) {}

    private record Arrow(String from, String to, List<double[]> via) {}

    private final String title;
    private final List<String> labels = new ArrayList<>();
    private final List<List<Entry>> rows = new ArrayList<>();
    private final List<Arrow> arrows = new ArrayList<>();

    RowMap(String title) {
      this.title = title;
    }

    RowMap read(List<String> lines) {
      for (var line : lines) {
        var words = line.strip().split("\\s+", 4);
        switch (words[0]) {
          case "row" -> {
            labels.add(line.substring(3).strip());
            rows.add(new ArrayList<>());
          }
          case "box" -> {
            var all = new ArrayList<String>(List.of(words[1]));
            all.addAll(wrap(words.length > 3 ? words[3] : "", CHARACTERS));
            rows.getLast().add(new Entry(words[1], Double.parseDouble(words[2]), all));
          }
          case "arrow" -> {
            var via = new ArrayList<double[]>();
            if (words.length > 3) {
              for (var point : words[3].substring("via ".length()).split("\\s+")) {
                var xy = point.split(",");
                via.add(new double[] {Double.parseDouble(xy[0]), Double.parseDouble(xy[1])});
              }
            }
            arrows.add(new Arrow(words[1], words[2], via));
          }
          default -> throw new IllegalArgumentException(line);
        }
      }
      return this;
    }

    private static double xOf(double column) {
      return MARGIN + 16 + column * (BOX_WIDTH + GAP);
    }

    String draw() {
      var boxes = new LinkedHashMap<String, Box>();
      var words = new LinkedHashMap<String, List<String>>();
      var tops = new ArrayList<Double>();
      double y = 58;
      double columns = 0;
      for (var row : rows) {
        tops.add(y);
        double height = 0;
        for (var entry : row) {
          height = Math.max(height, entry.words().size() * (double) LINE + 12);
        }
        for (var entry : row) {
          boxes.put(entry.name(), new Box(entry.name(), xOf(entry.column()), y, BOX_WIDTH, height));
          words.put(entry.name(), entry.words());
          columns = Math.max(columns, entry.column() + 1);
        }
        y += height + ROW_GAP;
      }
      tops.add(y);
      double width = xOf(columns) - GAP + 16 + MARGIN;
      var body = new StringBuilder();
      for (int i = 0; i < rows.size(); i++) {
        body.append(
            "<rect class=\"band\" x=\"%d\" y=\"%.0f\" width=\"%.0f\" height=\"%.0f\" rx=\"6\"/>%n"
                .formatted(
                    MARGIN,
                    tops.get(i) - 9,
                    width - 2 * MARGIN,
                    tops.get(i + 1) - tops.get(i) - ROW_GAP + 18));
      }
      for (var arrow : arrows) {
        body.append(line(arrow, boxes, tops));
      }
      boxes.forEach((name, box) -> body.append(box.draw(words.get(name), 1)));
      for (int i = 0; i < rows.size(); i++) {
        body.append(text("note", width - MARGIN - 10, tops.get(i) + 10, "end", labels.get(i)));
      }
      return page(title, width, y + 4, body.toString());
    }

    private static String line(Arrow arrow, Map<String, Box> boxes, List<Double> tops) {
      var from = boxes.get(arrow.from());
      var to = boxes.get(arrow.to());
      if (from == null || to == null) {
        throw new IllegalArgumentException("No such box: " + arrow);
      }
      var path = new StringBuilder();
      if (from.y() == to.y()) { // neighbours in one row
        boolean right = from.x() < to.x();
        double y = from.y() + from.height() / 2;
        path.append("M%.0f,%.0f L%.0f,%.0f".formatted(
            right ? from.x() + from.width() : from.x(), y, right ? to.x() : to.x() + to.width(), y));
      } else {
        double x = from.middle() + spread(from, to);
        double y = from.y() + from.height();
        path.append("M%.0f,%.0f".formatted(x, y));
        for (var point : arrow.via()) {
          double nextX = xOf(point[0]);
          double nextY = tops.get((int) point[1]) - 20;
          path.append(curve(x, y, nextX, nextY));
          x = nextX;
          y = nextY;
          double bottom = tops.get((int) point[1] + 1) - ROW_GAP;
          path.append(" L%.0f,%.0f".formatted(x, bottom));
          y = bottom;
        }
        path.append(curve(x, y, to.middle() - spread(from, to) * 0.6, to.y()));
      }
      return "<path class=\"line\" marker-end=\"url(#tip)\" d=\"%s\"/>%n".formatted(path);
    }

    /** Returns by how much an arrow leaves the middle of its box, so that arrows do not coincide. */
    private static double spread(Box from, Box to) {
      return Math.clamp((to.middle() - from.middle()) * 0.16, -70, 70);
    }

    private static String curve(double x, double y, double toX, double toY) {
      double middle = (y + toY) / 2;
      return " C%.0f,%.0f %.0f,%.0f %.0f,%.0f".formatted(x, middle, toX, middle, toX, toY);
    }
  }

  /** Picture of a way: numbered steps from top to bottom, each in the column of its thread. */
  private static final class ColumnWay {
    private static final int CHARACTERS = 31;
    private static final int NAME_CHARACTERS = 25;
    private static final int WIDTH = 236;
    private static final int STEP_GAP = 30;

    private record Column(String name, List<String> words) {}

    private record Group(List<String> columns, String text) {}

    private static final class Step {
      private final String column;
      private final String label;
      private final List<String> names = new ArrayList<>();
      private final List<String> notes = new ArrayList<>();

      Step(String column, String label) {
        this.column = column;
        this.label = label;
      }
    }

    private final String title;
    private final List<Column> columns = new ArrayList<>();
    private final List<Group> groups = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();

    ColumnWay(String title) {
      this.title = title;
    }

    ColumnWay read(List<String> lines) {
      for (var line : lines) {
        if (line.startsWith("  |")) {
          steps.getLast().notes.addAll(wrap(line.substring(3), CHARACTERS));
        } else if (line.startsWith("  ")) {
          steps.getLast().names.addAll(wrap(line, NAME_CHARACTERS));
        } else if (line.startsWith("column ")) {
          var words = line.split("\\s+", 3);
          columns.add(new Column(words[1], wrap(words[2], CHARACTERS)));
        } else if (line.startsWith("group ")) {
          var parts = line.substring(6).split(":\\s*", 2);
          groups.add(new Group(List.of(parts[0].strip().split("\\s+")), parts[1]));
        } else if (line.startsWith("step ")) {
          var parts = line.substring(5).split(":\\s*", 2);
          steps.add(new Step(parts[0].strip(), parts.length > 1 ? parts[1].strip() : ""));
        } else {
          throw new IllegalArgumentException(line);
        }
      }
      return this;
    }

    private static double xOf(int column) {
      return MARGIN + column * (double) (WIDTH + GAP + 20);
    }

    private int indexOf(String column) {
      for (int i = 0; i < columns.size(); i++) {
        if (columns.get(i).name().equals(column)) {
          return i;
        }
      }
      throw new IllegalArgumentException("No such column: " + column);
    }

    String draw() {
      double width = xOf(columns.size()) - GAP - 20 + MARGIN;
      double top = groups.isEmpty() ? 52 : 82;
      int headings = columns.stream().mapToInt(column -> column.words().size()).max().orElse(1);
      double y = top + headings * LINE + 24;
      var boxes = new ArrayList<Box>();
      for (var step : steps) {
        double height = (step.names.size() + step.notes.size()) * (double) LINE + 12;
        if (!boxes.isEmpty() && step.label.length() > 0) {
          y += 8;
        }
        boxes.add(new Box(step.column, xOf(indexOf(step.column)), y, WIDTH, height));
        y += height + STEP_GAP;
      }
      double bottom = y - STEP_GAP + 14;
      var body = new StringBuilder();
      for (int i = 0; i < columns.size(); i++) {
        body.append(
            "<rect class=\"band\" x=\"%.0f\" y=\"%.0f\" width=\"%d\" height=\"%.0f\" rx=\"6\"/>%n"
                .formatted(xOf(i) - 10, top, WIDTH + 20, bottom - top));
        var words = columns.get(i).words();
        for (int j = 0; j < words.size(); j++) {
          body.append(text(
              "name", xOf(i) + WIDTH / 2.0, top + 19 + j * (double) LINE, "middle", words.get(j)));
        }
      }
      for (var group : groups) {
        double left = xOf(indexOf(group.columns().getFirst())) - 10;
        double right = xOf(indexOf(group.columns().getLast())) + WIDTH + 10;
        body.append("<path class=\"line\" d=\"M%.0f,%.0f V%.0f H%.0f V%.0f\"/>%n"
            .formatted(left, top - 5, top - 11, right, top - 5));
        body.append(text("name", (left + right) / 2, top - 17, "middle", group.text()));
      }
      for (int i = 1; i < boxes.size(); i++) {
        body.append(arrow(boxes.get(i - 1), boxes.get(i), steps.get(i).label));
      }
      for (int i = 0; i < boxes.size(); i++) {
        var step = steps.get(i);
        var words = new ArrayList<String>();
        words.add((i + 1) + "  " + step.names.getFirst());
        words.addAll(step.names.subList(1, step.names.size()));
        words.addAll(step.notes);
        body.append(boxes.get(i).draw(words, step.names.size()));
      }
      return page(title, width, bottom + 16, body.toString());
    }

    private static String arrow(Box from, Box to, String label) {
      double startY = from.y() + from.height();
      double middle = to.y() - STEP_GAP / 2.0 - (label.isEmpty() ? 0 : 2);
      var path = from.x() == to.x()
          ? "M%.0f,%.0f V%.0f".formatted(from.middle(), startY, to.y())
          : "M%.0f,%.0f V%.0f H%.0f V%.0f"
              .formatted(from.middle(), startY, middle, to.middle(), to.y());
      var out = "<path class=\"line\" marker-end=\"url(#tip)\" d=\"%s\"/>%n".formatted(path);
      if (label.isEmpty()) {
        return out;
      }
      double x = (from.middle() + to.middle()) / 2;
      double half = label.length() * 3.7 + 8;
      return out
          + "<rect class=\"label\" x=\"%.0f\" y=\"%.0f\" width=\"%.0f\" height=\"18\" rx=\"3\"/>%n"
              .formatted(x - half, middle - 9, 2 * half)
          + text("note", x, middle + 4, "middle", label);
    }
  }
}
