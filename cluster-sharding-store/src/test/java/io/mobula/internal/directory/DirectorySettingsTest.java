package io.mobula.internal.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.mobula.error.SettingsException;
import org.junit.jupiter.api.Test;

/** Settings of the directory that contradict each other. */
class DirectorySettingsTest {

  private static DirectorySettings read(String changed) {
    return DirectorySettings.read(ConfigFactory.parseString(changed)
        .withFallback(ConfigFactory.defaultReference())
        .resolve());
  }

  @Test
  void whatIsSaidAgainIsSaidBeforeTheQuestionFails() {
    assertThat(read("mobula.directory.query-timeout = 1s").shardSettings()).isNotNull();
    for (var timeout : new String[] {"500ms", "100ms"}) {
      assertThatThrownBy(() -> read("mobula.directory.query-timeout = " + timeout))
          .isInstanceOf(SettingsException.class)
          .hasMessageContaining("mobula.directory.resend")
          .hasMessageContaining("mobula.directory.query-timeout");
    }
  }
}
