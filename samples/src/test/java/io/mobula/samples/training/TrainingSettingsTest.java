package io.mobula.samples.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.samples.training.TrainingSettings.ModeSelection;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrainingSettingsTest {
  private static final TrainingSettings USUAL = TrainingSettings.usual(5, Path.of("usual.png"));

  @Test
  void readsACommandLine() {
    assertThat(USUAL.with(List.of())).isEqualTo(USUAL);
    assertThat(USUAL.with(List.of("--nodes", "3", "--mode", "bounded", "--runs", "2")))
        .isEqualTo(new TrainingSettings(
            3, new ModeSelection(false, List.of(SyncMode.BOUNDED)), 5, 2, Path.of("usual.png")));
    assertThat(USUAL.with(List.of("--epochs", "2", "--plot", "a.png", "--mode", "baseline")))
        .isEqualTo(
            new TrainingSettings(1, new ModeSelection(true, List.of()), 2, 1, Path.of("a.png")));
    assertThat(USUAL.with(List.of("--mode", "baseline", "--mode", "all"))).isEqualTo(USUAL);
  }

  @Test
  void refusesWhatCannotBeMeant() {
    assertRefused("no option --nods", "--nods", "3");
    assertRefused("nothing after --nodes", "--nodes");
    assertRefused("--nodes 17: it must be from 1 to 16", "--nodes", "17");
    assertRefused("--runs 0: it must be from 1", "--runs", "0");
    assertRefused("--epochs many: it must be a number", "--epochs", "many");
    assertRefused("mode fast: there are baseline, synchronous, bounded", "--mode", "fast");
  }

  private static void assertRefused(String message, String... words) {
    assertThatThrownBy(() -> USUAL.with(List.of(words)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
