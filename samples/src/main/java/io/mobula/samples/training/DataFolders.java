package io.mobula.samples.training;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where data lie that do not come with Mobula, as a process is told by its user: by a system
 * property, else by an environment variable, else in the usual place.
 *
 * @param properties gives a system property, or null
 * @param variables gives an environment variable, or null
 */
public record DataFolders(Lookup properties, Lookup variables) {
  /** Looks something up by its name. */
  public interface Lookup {
    /** The value; null where there is none. */
    @Nullable
    String of(String name);
  }

  /** What this process was told. */
  public static DataFolders ofThisProcess() {
    return new DataFolders(System::getProperty, System::getenv);
  }

  /** The folder that the property names, else the one that the variable names, else the usual. */
  public Path chosen(String property, String variable, Path usual) {
    var byProperty = properties.of(property);
    if (byProperty != null) {
      return Path.of(byProperty);
    }
    var byVariable = variables.of(variable);
    return byVariable != null ? Path.of(byVariable) : usual;
  }

  /**
   * Mobula's folder in the user's cache: below {@code XDG_CACHE_HOME}, else below {@code .cache} at
   * home.
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
