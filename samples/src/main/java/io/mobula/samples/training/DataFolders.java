package io.mobula.samples.training;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Lookup of folders with data that are not part of Mobula: by a system property, else by an
 * environment variable, else a default.
 *
 * @param properties returns a system property, or null
 * @param variables returns an environment variable, or null
 */
public record DataFolders(Lookup properties, Lookup variables) {
  /** Lookup of a value by its name. */
  public interface Lookup {
    /** Returns the value of that name; null if there is none. */
    @Nullable
    String of(String name);
  }

  /** Returns the lookup in the properties and variables of this process. */
  public static DataFolders ofThisProcess() {
    return new DataFolders(System::getProperty, System::getenv);
  }

  /**
   * Returns the folder that the property names, else the one that the variable names, else the
   * default.
   */
  public Path chosen(String property, String variable, Path usual) {
    var byProperty = properties.of(property);
    if (byProperty != null) {
      return Path.of(byProperty);
    }
    var byVariable = variables.of(variable);
    return byVariable != null ? Path.of(byVariable) : usual;
  }

  /**
   * Returns Mobula's folder in the user's cache: below {@code XDG_CACHE_HOME}, else below
   * {@code .cache} in the home directory.
   */
  public Path cache() {
    var cache = variables.of("XDG_CACHE_HOME");
    if (cache != null && !cache.isEmpty()) {
      return Path.of(cache, "mobula");
    }
    var home = properties.of("user.home");
    return Path.of(home == null ? "" : home, ".cache", "mobula");
  }
}
