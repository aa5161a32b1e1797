package io.mobula.internal.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValueType;
import io.mobula.error.SettingsException;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Validator that refuses keys without a default in {@code reference.conf}: a misspelt setting must
 * not be silently ignored.
 */
final class ConfigKeyValidator {
  /** Tables whose keys the program chooses. */
  static final Set<String> FREE_FORM_TABLES = Set.of(
      "mobula.resources.custom",
      "mobula.workers.resources.custom",
      "mobula.actor-system",
      "mobula.cluster.labels",
      "mobula.cluster.actor-system");

  /**
   * System properties of Mobula's build and tests, which Maven passes to every JVM that it starts:
   * JVM options, selections of tests, seeds and durations. No setting has such a name, and none of
   * them affects a node.
   */
  static final Set<String> BUILD_PROPERTIES = Set.of(
      "mobula.child",
      "mobula.quiet",
      "mobula.test",
      "mobula.it",
      "mobula.contract",
      "mobula.soak",
      "mobula.stress",
      "mobula.bench",
      "mobula.docs",
      "mobula.directory.seed",
      "mobula.directory.histories",
      "mobula.directory.traced");

  private ConfigKeyValidator() {}

  /**
   * Defaults of all settings, read once. They are read from files only, since system properties
   * would make any key known.
   */
  private static final class Defaults {
    private static final Config ALL = read();
    private static final Set<String> KEYS = keys(ALL);

    private static Config read() {
      var loader = ConfigKeyValidator.class.getClassLoader();
      var files = ConfigFactory.parseResources(loader, "reference.conf");
      var resolved = files.resolve(ConfigResolveOptions.noSystem().setAllowUnresolved(true));
      return resolved.hasPath("mobula")
          ? resolved.withOnlyPath("mobula")
          : ConfigFactory.parseString("mobula {}");
    }
  }

  /** Returns the defaults of all settings. */
  static Config defaults() {
    return Defaults.ALL;
  }

  /** Returns all keys that have a default. */
  static Set<String> all() {
    return Defaults.KEYS;
  }

  /** Returns the configuration without the build's own properties. */
  static Config withoutBuildProperties(Config config) {
    requireTable(config);
    var result = config;
    for (var key : BUILD_PROPERTIES) {
      result = result.withoutPath(key);
    }
    return result;
  }

  static void require(Config config) {
    if (all().isEmpty() || !config.hasPath("mobula")) {
      throw new SettingsException(
          "No reference.conf of mobula-core on the class path. If the program was packed into one jar, let the packer "
              + "append the reference.conf files to each other.",
          null);
    }
    for (var key : keys(config)) {
      require(key);
    }
  }

  private static void requireTable(Config config) {
    if (config.hasPath("mobula")
        && config.getValue("mobula").valueType() != ConfigValueType.OBJECT) {
      throw new SettingsException(
          "mobula itself cannot have a value, and has "
              + config.getValue("mobula").unwrapped() + " ("
              + config.getValue("mobula").origin().description() + "): set one of its keys.",
          null);
    }
  }

  private static void require(String key) {
    if (!all().contains(key)
        && FREE_FORM_TABLES.stream().noneMatch(open -> key.startsWith(open + "."))) {
      throw new SettingsException("There is no setting " + key + ". " + hint(key, all()), null);
    }
  }

  /**
   * Throws if JVM options set a property that is no setting: the JVM would not start.
   *
   * @param setting the setting that has the options
   */
  static void requireIn(String setting, List<String> options) {
    for (var option : options) {
      if (option.startsWith("-Dmobula.")) {
        var key = option.substring(2).split("=", 2)[0];
        if (BUILD_PROPERTIES.stream().noneMatch(other -> isAtOrBelow(key, other))) {
          try {
            require(key);
          } catch (SettingsException e) {
            throw new SettingsException(
                "Setting " + setting + " has the option " + option + ": " + e.getMessage(), e);
          }
        }
      }
    }
  }

  private static boolean isAtOrBelow(String key, String other) {
    return key.equals(other) || key.startsWith(other + ".");
  }

  /** Suggests the name that may have been meant. */
  static String hint(String name, Collection<String> names) {
    return nearest(name, names)
        .map(near -> "Did you mean " + near + "?")
        .orElse("The reference.conf of mobula-core names all settings.");
  }

  /** Returns the most similar name, unless all differ in more than a third of their characters. */
  static Optional<String> nearest(String name, Collection<String> names) {
    return names.stream()
        .min(Comparator.comparingInt(other -> distance(name, other)))
        .filter(near -> distance(name, near) <= Math.max(3, name.length() / 3));
  }

  /**
   * Returns the known keys with values other than their defaults, for a process of the same kind.
   *
   * @param except prefixes of keys to leave out
   */
  static Map<String, Object> nonDefaults(Config config, Set<String> except) {
    var reference = defaults();
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

  /** Returns the Levenshtein distance of two names. */
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
