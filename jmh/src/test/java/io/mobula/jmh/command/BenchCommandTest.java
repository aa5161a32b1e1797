package io.mobula.jmh.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class BenchCommandTest {
  @Test
  void refusesALineThatSaysNotWhatToMeasure() {
    assertThat(run()).isEqualTo(2);
  }

  @Test
  void refusesATimeThatIsNotAboveZero() {
    assertThat(run("one-node", "--seconds", "0")).isEqualTo(2);
    assertThat(run("one-node", "--seconds", "NaN")).isEqualTo(2);
  }

  @Test
  void refusesAPatternThatIsNone() {
    assertThat(run("one-node", "--only", "(")).isEqualTo(2);
  }

  @Test
  void refusesTablesAndSizesThatAreNone() {
    assertThat(run("cluster", "--only", "share,nothing")).isEqualTo(2);
    assertThat(run("cluster", "--rounds", "0")).isEqualTo(2);
    assertThat(run("cluster", "--bytes", "-1")).isEqualTo(2);
  }

  @Test
  void refusesFaultsForFewerNodesThanTheyLeaveAnyOf() {
    assertThat(run("faults", "--nodes", "3")).isEqualTo(2);
    assertThat(run("faults", "--seconds", "0")).isEqualTo(2);
  }

  @Test
  void refusesToTraceNoRound() {
    assertThat(run("ways", "--rounds", "0")).isEqualTo(2);
  }

  @Test
  void handsOverToJmh() {
    assertThat(new CommandLine(new JmhCommand()).execute("-l")).isZero();
  }

  private static int run(String... arguments) {
    return new CommandLine(new BenchCommand()).execute(arguments);
  }
}
