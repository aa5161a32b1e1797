package io.mobula.gpu.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProbeSettingsTest {
  @Test
  void looksForNvmlWhereTheSystemHasIt() {
    var drivers = ProbeSettings.of(Map.of(), "").drivers();
    assertThat(drivers.nvml()).isEqualTo("libnvidia-ml.so.1");
    assertThat(drivers.nvidiaSmi()).isEqualTo("nvidia-smi");
    assertThat(ProbeSettings.ofThisProcess().environment()).isEqualTo(System.getenv());
  }

  @Test
  void aPropertyComesBeforeTheEnvironment() {
    var environment = Map.of("MOBULA_GPU_NVML", "/a.so");
    assertThat(ProbeSettings.of(environment, "").drivers().nvml()).isEqualTo("/a.so");
    assertThat(ProbeSettings.of(environment, "/b.so").drivers().nvml()).isEqualTo("/b.so");
    assertThat(ProbeSettings.of(environment, "off").drivers().nvidiaSmi()).isEqualTo("off");
  }

  @Test
  void refusesWhatCannotBe() {
    var settings = ProbeSettings.of(Map.of(), "");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> settings.declared(-1))
        .withMessageContaining("Wanted -1 accelerators");
    assertThatIllegalArgumentException().isThrownBy(() -> settings.limit(Duration.ZERO));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> settings.limit(Duration.ofSeconds(-1)))
        .withMessageContaining("limit");
  }
}
