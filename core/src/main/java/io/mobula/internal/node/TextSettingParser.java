package io.mobula.internal.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import io.mobula.error.SettingsException;
import org.jspecify.annotations.Nullable;

/**
 * Parser of settings that came as text from a command line, a system property or an environment
 * variable: where a setting is a list or a table, a text in the syntax of {@code application.conf}
 * is parsed as one.
 */
final class TextSettingParser {
  private TextSettingParser() {}

  /** Replaces texts by the lists and tables that they contain. */
  static Config read(Config config) {
    var result = config;
    for (var key : ConfigKeyValidator.all()) {
      if (isOf(ConfigKeyValidator.defaults(), key, ConfigValueType.LIST)) {
        result = read(result, key, "[", ConfigValueType.LIST);
      }
    }
    for (var key : ConfigKeyValidator.FREE_FORM_TABLES) {
      result = read(result, key, "{", ConfigValueType.OBJECT);
    }
    return result;
  }

  private static boolean isOf(Config config, String key, ConfigValueType type) {
    return config.hasPath(key) && config.getValue(key).valueType() == type;
  }

  private static Config read(Config config, String key, String begin, ConfigValueType type) {
    if (!isOf(config, key, ConfigValueType.STRING)) {
      return config;
    }
    var value = config.getValue(key);
    var text = config.getString(key).strip();
    return text.startsWith(begin) ? config.withValue(key, read(key, value, text, type)) : config;
  }

  private static ConfigValue read(
      String key, ConfigValue value, String text, ConfigValueType wanted) {
    var origin = value.origin().description();
    try {
      var options = ConfigParseOptions.defaults().setOriginDescription(origin);
      var read = ConfigFactory.parseString("value = " + text, options).resolve().getValue("value");
      if (read.valueType() == wanted) {
        return read;
      }
    } catch (ConfigException e) {
      throw malformed(key, text, origin, e);
    }
    throw malformed(key, text, origin, null);
  }

  private static SettingsException malformed(
      String key, String text, String origin, @Nullable Exception cause) {
    return new SettingsException(
        "Setting " + key + " is malformed: it is " + text + " (" + origin
            + "); it begins as a list or a table and is none"
            + (cause == null ? "" : ": " + cause.getMessage())
            + ". Write [\"-Xmx1g\", \"-Xss1m\"], or { \"Licence\": 2 }.",
        cause);
  }
}
