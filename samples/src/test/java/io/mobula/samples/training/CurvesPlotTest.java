package io.mobula.samples.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.samples.training.LearningCurve.Point;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CurvesPlotTest {
  @TempDir
  Path folder;

  @Test
  void writesAPictureThatCanBeRead() throws IOException {
    var file = folder.resolve("new").resolve("plot.png");
    var one = new LearningCurve("one", List.of(new Point(0.1, 2, 0.6), new Point(0.2, 1, 0.9)), 2);
    var other = new LearningCurve("other", List.of(new Point(0.3, 1.5, 0.7)), 1);
    CurvesPlot.makeFolder(file);
    CurvesPlot.write(file, List.of(one, other));

    var picture = ImageIO.read(file.toFile());
    assertThat(picture.getWidth()).isGreaterThan(1000);
    assertThat(picture.getHeight()).isGreaterThan(400);
  }
}
