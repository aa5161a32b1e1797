package io.mobula.jmh.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PlacementSimulationTest {

  @Test
  void aSmallClusterIsSimulatedForEachAge() {
    var printed = new ByteArrayOutputStream();
    new PlacementSimulation(new PlacementSimulation.Request(20, 2_000, 7))
        .run(new PrintStream(printed, true, StandardCharsets.UTF_8));
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .contains("| 5 ms |", "| 50 ms |", "| 500 ms |", "| 2000 ms |", "bytes as CBOR");
  }

  @Test
  void nothingIsRefused() {
    assertThatThrownBy(() -> new PlacementSimulation.Request(0, 1, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
