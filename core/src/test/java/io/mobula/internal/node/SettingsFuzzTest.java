package io.mobula.internal.node;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.mobula.Mobula;
import io.mobula.Settings;
import io.mobula.error.InvalidRequestException;
import io.mobula.error.SettingsException;
import io.mobula.internal.fuzz.DecoderFuzzer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Fuzz tests that each value of a setting is accepted, or refused with the setting's key. */
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
            : (Object) data.consumeDouble(),
        ConfigFactory.load());
  }

  /** Alters the defaults of all settings and gives them to their own setting or another. */
  @Tag("fuzz")
  @Test
  void takesAlteredTextOrNamesItsKey() {
    var keys = List.copyOf(ConfigKeyValidator.all());
    var base = ConfigFactory.load();
    var texts = new ArrayList<byte[]>();
    for (int i = 0; i < keys.size(); i++) {
      var value =
          String.valueOf(ConfigKeyValidator.defaults().getValue(keys.get(i)).unwrapped());
      texts.add(new String(new char[] {(char) i}).concat(value).getBytes(ISO_8859_1));
    }
    for (var text : List.of("7", "-1", "0.5", "10s", "512 MiB", "a,b*", "on", "{a: 1}", "∞")) {
      texts.add(("\0" + text).getBytes(ISO_8859_1));
    }
    DecoderFuzzer.search("settings", 1_000, texts, failure -> false, bytes -> {
      if (bytes.length > 0) {
        var text = new String(bytes, 1, bytes.length - 1, ISO_8859_1);
        tryOut(keys.get((bytes[0] & 0xff) % keys.size()), text, base);
      }
    });
  }

  private static void tryOut(String key, Object value, Config base) {
    Settings settings = Mobula.settings().set(key, value);
    try {
      NodeSettings.read(NodeSettings.overlay(settings, base));
    } catch (SettingsException refused) {
      assertThat(refused).hasMessageContaining(key);
    } catch (InvalidRequestException refused) {
      // sizes of the store are named in the message instead of the key
      assertThat(refused).hasMessageContaining("tore");
    }
  }
}
