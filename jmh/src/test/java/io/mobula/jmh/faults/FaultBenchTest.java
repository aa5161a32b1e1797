package io.mobula.jmh.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.mobula.jmh.faults.FaultBench.Request;
import io.mobula.jmh.faults.FaultBench.Result;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class FaultBenchTest {
  @Test
  void theLastLineIsWhatScriptsLookFor() {
    assertThat(new Result(900, 20, 6, 0, 0).line())
        .isEqualTo("faults: histories=900 kills=20 pauses=6 pending=0 violations=0");
  }

  @Test
  void isGoodOnlyIfEverythingHasEndedAndNoPromiseWasBroken() {
    assertThat(new Result(9, 1, 1, 0, 0).hasPassed()).isTrue();
    assertThat(new Result(9, 1, 1, 1, 0).hasPassed()).isFalse();
    assertThat(new Result(9, 1, 1, 0, 1).hasPassed()).isFalse();
  }

  @Test
  void heartbeatsMayBeLaterTheMoreProcessesWantEachProcessor() {
    assertThat(FaultBenchSetup.heartbeatPause(-0.5)).isEqualTo(Duration.ofSeconds(10));
    assertThat(FaultBenchSetup.heartbeatPause(2)).isEqualTo(Duration.ofSeconds(10));
    assertThat(FaultBenchSetup.heartbeatPause(22.5)).isEqualTo(Duration.ofSeconds(23));
    assertThat(FaultBenchSetup.heartbeatPause(400)).isEqualTo(Duration.ofSeconds(40));
  }

  @Test
  void refusesFewerNodesThanFaultsLeaveAnyOf() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Request(10, 1, 3))
        .withMessageContaining("from 4 to 32");
    assertThatIllegalArgumentException().isThrownBy(() -> new Request(0, 1, 4));
  }
}
