package io.mobula.testkit.fault;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class CommandRunnerTest {
  @Test
  void aFailureTellsWhatTheProgramSaid() {
    assertThatThrownBy(() -> CommandRunner.run("sh", "-c", "echo that is why; exit 3"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("that is why");
  }

  @Test
  @Timeout(20)
  void aProgramThatDoesNotEndIsEndedAtTheLimit() {
    assertThatThrownBy(() -> CommandRunner.run(
            List.of("sh", "-c", "echo begun; exec sleep 30"), Duration.ofMillis(500)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("did not end within PT0.5S")
        .hasMessageContaining("begun");
  }
}
