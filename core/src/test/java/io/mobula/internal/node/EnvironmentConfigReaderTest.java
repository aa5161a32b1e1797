package io.mobula.internal.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.error.SettingsException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnvironmentConfigReaderTest {
  @Test
  void readsSettings() {
    var config = EnvironmentConfigReader.in(
        Map.of("PATH", "/bin", "MOBULA_STORE_SEGMENT_SIZE", "1 MiB", "MOBULA_RESOURCES_CPUS", "8"));
    assertThat(config.getBytes("mobula.store.segment-size")).isEqualTo(1 << 20);
    assertThat(config.getInt("mobula.resources.cpus")).isEqualTo(8);
    assertThat(config.entrySet()).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({
    "MOBULA_STORE_CAPASITY, MOBULA_STORE_CAPACITY",
    "MOBULA_RESOURCE_CPUS, MOBULA_RESOURCES_CPUS",
    "MOBULA_CLUSTER_SEED, MOBULA_CLUSTER_SEEDS"
  })
  void refusesWhatIsNoneWithTheNearestOne(String name, String nearest) {
    assertThatThrownBy(() -> EnvironmentConfigReader.in(Map.of(name, "1")))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("The environment variable " + name + " is no setting")
        .hasMessageContaining("Did you mean " + nearest + "?");
  }

  @ParameterizedTest
  @CsvSource({
    "MOBULA_AOT, off",
    "MOBULA_JAVA_OPTS, -Xmx1g",
    "MOBULA_GPU_NVML, off",
    "MOBULA_SERVICE_HOST, 10.0.0.1",
    "MOBULA_HEAD_SERVICE_PORT, 7171",
    "MOBULA_HEAD_SERVICE_PORT_HTTP, 7171",
    "MOBULA_PORT, tcp://10.0.0.1:7171",
    "MOBULA_CLUSTER_PORT, tcp://10.0.0.1:7171",
    "MOBULA_HEAD_PORT_7171_TCP_ADDR, 10.0.0.1"
  })
  void leavesAloneWhatIsForOthers(String name, String value) {
    assertThat(EnvironmentConfigReader.in(Map.of(name, value)).isEmpty()).isTrue();
  }

  @Test
  void takesATableWhereAProgramNamesTheKeys() {
    var text = EnvironmentConfigReader.in(Map.of("MOBULA_RESOURCES_CUSTOM", "{\"Licence\": 2}"));
    assertThat(TextSettingParser.read(text).getInt("mobula.resources.custom.Licence"))
        .isEqualTo(2);
  }
}
