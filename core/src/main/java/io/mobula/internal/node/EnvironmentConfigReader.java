package io.mobula.internal.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigOriginFactory;
import com.typesafe.config.ConfigValueFactory;
import io.mobula.error.SettingsException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Reader of settings in environment variables: the key in capitals, with {@code _} for every other
 * character. A variable with the prefix that names no setting is refused.
 */
final class EnvironmentConfigReader {
  private static final String PREFIX = "MOBULA_";

  /**
   * Variables that other parts of Mobula read: {@code bin/mobula}, the probe of accelerators, the
   * samples.
   */
  private static final Set<String> FOREIGN_VARIABLES = Set.of(
      "MOBULA_AOT",
      "MOBULA_JAVA_OPTS",
      "MOBULA_GPU_NVML",
      "MOBULA_DATA",
      "MOBULA_FASHION_MNIST",
      "MOBULA_SPAM_ASSASSIN");

  /**
   * Form of the variables by which Kubernetes tells every container of services, here of one whose
   * name begins with "mobula".
   */
  private static final Pattern SERVICE =
      Pattern.compile(".*_SERVICE_(HOST|PORT(_.*)?)|.*_PORT_\\d+_(TCP|UDP|SCTP)(_.*)?");

  private static final Pattern SERVICE_PORT = Pattern.compile("(tcp|udp|sctp)://.*");

  private EnvironmentConfigReader() {}

  /**
   * Reads the settings in an environment.
   *
   * @throws SettingsException when a variable names no setting
   */
  static Config in(Map<String, String> environment) {
    var keys = names();
    var result = ConfigFactory.empty();
    for (var variable : environment.entrySet()) {
      var name = variable.getKey();
      if (name.startsWith(PREFIX) && !isOfOthers(name, variable.getValue())) {
        var key = keys.get(name);
        if (key == null) {
          throw new SettingsException(
              "The environment variable " + name + " is no setting. "
                  + ConfigKeyValidator.hint(name, keys.keySet())
                  + " If it is meant for another program, rename it.",
              null);
        }
        var origin = ConfigOriginFactory.newSimple("environment variable " + name);
        result = result.withValue(
            key, ConfigValueFactory.fromAnyRef(variable.getValue()).withOrigin(origin));
      }
    }
    return result;
  }

  private static boolean isOfOthers(String name, String value) {
    return FOREIGN_VARIABLES.contains(name)
        || SERVICE.matcher(name).matches()
        || SERVICE_PORT.matcher(value).matches();
  }

  /**
   * Returns the keys by variable name; for a table that the program fills, the key of the table.
   */
  private static Map<String, String> names() {
    var names = new TreeMap<String, String>();
    ConfigKeyValidator.FREE_FORM_TABLES.forEach(key -> names.put(nameOf(key), key));
    ConfigKeyValidator.all().forEach(key -> names.put(nameOf(key), key));
    return names;
  }

  private static String nameOf(String key) {
    return key.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
  }
}
