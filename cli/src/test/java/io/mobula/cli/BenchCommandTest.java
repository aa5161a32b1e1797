package io.mobula.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BenchCommandTest {
  @Test
  void refusesALineThatSaysNotWhatToMeasure() {
    assertThat(MobulaCommand.run("bench")).isEqualTo(2);
  }

  @Test
  void refusesATimeThatIsNotAboveZero() {
    assertThat(MobulaCommand.run("bench", "one-node", "--seconds", "0")).isEqualTo(2);
    assertThat(MobulaCommand.run("bench", "one-node", "--seconds", "NaN")).isEqualTo(2);
  }

  @Test
  void refusesAPatternThatIsNone() {
    assertThat(MobulaCommand.run("bench", "one-node", "--only", "(")).isEqualTo(2);
  }

  @Test
  void refusesTablesAndSizesThatAreNone() {
    assertThat(MobulaCommand.run("bench", "cluster", "--only", "share,nothing")).isEqualTo(2);
    assertThat(MobulaCommand.run("bench", "cluster", "--rounds", "0")).isEqualTo(2);
    assertThat(MobulaCommand.run("bench", "cluster", "--bytes", "-1")).isEqualTo(2);
  }

  @Test
  void refusesFaultsForFewerNodesThanTheyLeaveAnyOf() {
    assertThat(MobulaCommand.run("bench", "faults", "--nodes", "3")).isEqualTo(2);
    assertThat(MobulaCommand.run("bench", "faults", "--seconds", "0")).isEqualTo(2);
  }

  @Test
  void handsOverToJmh() {
    assertThat(MobulaCommand.run("jmh", "-l")).isZero();
  }
}
