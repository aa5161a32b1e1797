package io.mobula.internal.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.typesafe.config.ConfigFactory;
import io.mobula.Mobula;
import io.mobula.Settings;
import io.mobula.error.InvalidRequestException;
import io.mobula.error.SettingsException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whatever somebody writes into a setting, it is taken or refused with its key. */
class SettingsFuzzTest {
  private static final List<String> KEYS = List.of(
      "mobula.resources.cpus",
      "mobula.resources.gpus",
      "mobula.resources.memory",
      "mobula.resources.custom.\"Licence\"",
      "mobula.store.capacity",
      "mobula.store.segment-size",
      "mobula.store.pre-touch",
      "mobula.store.inline-limit",
      "mobula.store.full-timeout",
      "mobula.codec.allowed-classes",
      "mobula.codec.max-depth",
      "mobula.tasks.max-pending",
      "mobula.tasks.lease-idle",
      "mobula.tasks.max-slots",
      "mobula.close-timeout");

  @Tag("jazzer")
  @FuzzTest(maxDuration = "5s")
  void takesAValueOrNamesItsKey(FuzzedDataProvider data) {
    String key = data.pickValue(KEYS);
    tryOut(
        key,
        data.consumeBoolean()
            ? (Object) data.consumeRemainingAsString()
            : (Object) data.consumeDouble());
  }

  @Test
  void takesRandomTextOrNamesItsKey() {
    long seed = System.nanoTime();
    System.out.println("SettingsFuzzTest seed " + seed);
    var random = new Random(seed);
    for (int i = 0; i < 2_000; i++) {
      var text = new StringBuilder();
      for (int length = random.nextInt(8); length > 0; length--) {
        text.append("0123456789-+.eEkKMGiB \"{}[]${}=:#smh∞".charAt(random.nextInt(36)));
      }
      tryOut(KEYS.get(random.nextInt(KEYS.size())), text.toString());
    }
  }

  private static void tryOut(String key, Object value) {
    Settings settings = Mobula.settings().set(key, value);
    try {
      NodeSettings.read(NodeSettings.overlay(settings, ConfigFactory.load()));
    } catch (SettingsException refused) {
      assertThat(refused).hasMessageContaining(key);
    } catch (InvalidRequestException refused) {
      assertThat(refused).hasMessageContaining("tore"); // sizes of the store name themselves
    }
  }
}
