package io.mobula.internal.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigOriginFactory;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValueFactory;
import io.mobula.error.SettingsException;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Refuses keys that {@code reference.conf} does not have: a misspelt setting must not be silently
 * without effect.
 */
final class KnownKeys {
  private static final Set<String> OPEN = Set.of(
      "mobula.resources.custom",
      "mobula.workers.resources.custom",
      "mobula.actor-system",
      "mobula.cluster.labels",
      "mobula.cluster.actor-system");

  private KnownKeys() {}

  static void require(Config config) {
    if (!config.hasPath("mobula")) {
      throw new SettingsException(
          "No reference.conf of mobula-core on the class path. If the program was packed into one jar, let the packer "
              + "append the reference.conf files to each other.",
          null);
    }
    var known = keys(ConfigFactory.defaultReference(KnownKeys.class.getClassLoader()));
    for (var key : keys(config)) {
      if (!known.contains(key) && OPEN.stream().noneMatch(open -> key.startsWith(open + "."))) {
        var nearest = known.stream()
            .min(Comparator.comparingInt(other -> distance(key, other)))
            .orElse("mobula");
        throw new SettingsException(
            "There is no setting " + key + ". Did you mean " + nearest + "?", null);
      }
    }
  }

  /**
   * What the environment says about known keys: the key in capitals, with {@code _} for every other
   * sign.
   */
  static Config inEnvironment(Map<String, String> environment) {
    var result = ConfigFactory.empty();
    for (var key : keys(ConfigFactory.defaultReference(KnownKeys.class.getClassLoader()))) {
      var name = key.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
      var value = environment.get(name);
      if (value != null) {
        var origin = ConfigOriginFactory.newSimple("environment variable " + name);
        result = result.withValue(key, ConfigValueFactory.fromAnyRef(value).withOrigin(origin));
      }
    }
    return result;
  }

  /**
   * The known keys that have another value than their default, for a process of the same kind.
   *
   * @param except what their names do not begin with
   */
  static Map<String, Object> changed(Config config, Set<String> except) {
    var reference = ConfigFactory.defaultReference(KnownKeys.class.getClassLoader());
    var changed = new TreeMap<String, Object>();
    for (var entry : config.getConfig("mobula").entrySet()) {
      var key = "mobula." + entry.getKey();
      var value = entry.getValue().unwrapped();
      boolean usual =
          reference.hasPath(key) && reference.getValue(key).unwrapped().equals(value);
      if (!usual && except.stream().noneMatch(key::startsWith)) {
        changed.put(key, value);
      }
    }
    return changed;
  }

  private static Set<String> keys(Config config) {
    var keys = new TreeSet<String>();
    config
        .getConfig("mobula")
        .entrySet()
        .forEach(entry -> keys.add("mobula." + plain(entry.getKey())));
    return keys;
  }

  private static String plain(String path) {
    return String.join(".", ConfigUtil.splitPath(path));
  }

  /** How many letters differ: Levenshtein's distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
