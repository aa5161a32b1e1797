package io.mobula.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Training run by which {@code bin/mobula} makes its AOT cache. */
@Tag("long")
@Timeout(120)
class AotTrainingCommandIT {

  @Test
  void computesBetweenNodesAndEnds() {
    assertThat(MobulaCommand.run("train", "--seconds", "0.5")).isEqualTo(ExitCode.DONE);
  }
}
