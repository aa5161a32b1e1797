package io.mobula.internal.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigValueType;
import io.mobula.error.MobulaException;
import io.mobula.error.SettingsException;
import io.mobula.internal.memory.StoreOptions;
import java.io.File;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reader of single keys that names a malformed one. */
record SettingReader(Config config) {
  private static final Duration MAX_DURATION = Duration.ofDays(36_500);

  <T> T read(String key, Function<String, T> get) {
    try {
      return get.apply(key);
    } catch (ConfigException e) {
      throw malformed(key, e);
    }
  }

  long positive(String key, Function<String, Long> get) {
    long value = read(key, get);
    boolean counted = key.matches(".*(slots|threads|depth|second)");
    if (value < 1 || (counted && value > Integer.MAX_VALUE)) {
      throw malformed(key, null);
    }
    return value;
  }

  long bounded(String key, Function<String, Long> get, long max) {
    long value = positive(key, get);
    if (value > max) {
      throw malformed(key, "it must be at most " + max, null);
    }
    return value;
  }

  <T> T automatic(String key, Function<String, T> get, T detected) {
    return isAuto(key) ? detected : read(key, get);
  }

  @Nullable
  Path directory(String key) {
    return isAuto(key) ? null : path(key, read(key, config::getString));
  }

  /** Returns the text of a setting as a path. */
  Path path(String key, String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw malformed(key, "it is no path: " + e.getReason(), e);
    }
  }

  /** Reads a list of paths, or one text with the system's path separator between them. */
  List<Path> paths(String key) {
    return list(key, Pattern.quote(File.pathSeparator)).stream()
        .map(each -> path(key, each))
        .toList();
  }

  /** Reads options of a JVM: a list, or one text with spaces between them. */
  List<String> flags(String key) {
    var flags = list(key, "\\s+");
    ConfigKeyValidator.requireIn(key, flags);
    return flags;
  }

  private List<String> list(String key, String between) {
    var value = read(key, config::getValue);
    var texts = value.valueType() == ConfigValueType.STRING
        ? List.of(read(key, config::getString).split(between, -1))
        : read(key, config::getStringList);
    return texts.stream().filter(text -> !text.isBlank()).toList();
  }

  private boolean isAuto(String key) {
    return read(key, config::getValue).unwrapped().equals("auto");
  }

  /** Reads a duration from zero to a hundred years; the latter is as good as no limit. */
  Duration duration(String key) {
    Duration value = read(key, config::getDuration);
    if (value.isNegative() || value.compareTo(MAX_DURATION) > 0) {
      throw malformed(key, "it must be from 0s to " + MAX_DURATION.toDays() + " days", null);
    }
    return value;
  }

  /** Returns a number of bytes as a capacity that a store can have. */
  long storable(String key, long bytes) {
    return checked(key, () -> StoreOptions.ofCapacity(bytes)).capacityBytes();
  }

  <T> T checked(String key, Supplier<T> make) {
    try {
      return make.get();
    } catch (MobulaException e) {
      throw malformed(key, e);
    }
  }

  private SettingsException malformed(String key, @Nullable Exception cause) {
    var why = cause == null
        ? "it must be a whole number above zero, and not absurdly large"
        : String.valueOf(cause.getMessage());
    return malformed(key, why, cause);
  }

  SettingsException malformed(String key, String why, @Nullable Exception cause) {
    return new SettingsException(
        "Setting " + key + " is malformed: it is " + valueOf(key) + "; " + why
            + ". See reference.conf of mobula-core for what it accepts.",
        cause);
  }

  /** Describes a setting for messages: its key, its value and where that comes from. */
  String describe(String key) {
    return key + " = " + valueOf(key);
  }

  private String valueOf(String key) {
    var value = config.hasPathOrNull(key) ? config.getValue(key) : null;
    return value == null
        ? "missing"
        : value.unwrapped() + " (" + value.origin().description() + ")";
  }
}
