package io.mobula.internal.directory;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.mobula.error.SettingsException;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Checked settings below {@code mobula.directory}.
 *
 * @param shardSettings settings of all shards
 * @param role role of the members that host shards
 * @param flushDelay how long a new statement may wait for others to share its message
 * @param digestInterval time between digests
 */
record DirectorySettings(
    ShardSettings shardSettings, String role, Duration flushDelay, Duration digestInterval) {
  private static final String ROOT = "mobula.directory.";
  private static final int MAX_SHARDS = 4096;

  static DirectorySettings read(Config config) {
    int shards = positive(config, "shards");
    if (shards > MAX_SHARDS) {
      throw malformed("shards", shards + " is more than " + MAX_SHARDS, null);
    }
    var resend = duration(config, "resend");
    var queryTimeout = duration(config, "query-timeout");
    if (resend.compareTo(queryTimeout) >= 0) {
      throw malformed(
          "resend",
          resend + " is not shorter than mobula.directory.query-timeout, which is " + queryTimeout
              + ", so that no message would ever be repeated",
          null);
    }
    var messaging = new MessagingSettings(
        positive(config, "batch-statements"),
        positive(config, "batch-bytes"),
        positive(config, "statements-in-flight"),
        resend.toMillis(),
        queryTimeout.toMillis());
    var shardSettings = new ShardSettings(
        new ShardMap(shards),
        messaging,
        duration(config, "grace").toMillis(),
        value("lineage-bytes", config::getBytes));
    return new DirectorySettings(
        shardSettings,
        value("role", config::getString),
        duration(config, "flush-delay"),
        duration(config, "digest-interval"));
  }

  private static int positive(Config config, String key) {
    long value = value(key, config::getBytes);
    if (value < 1 || value > Integer.MAX_VALUE) {
      throw malformed(key, value + " is not from 1 to " + Integer.MAX_VALUE, null);
    }
    return (int) value;
  }

  private static Duration duration(Config config, String key) {
    var value = value(key, config::getDuration);
    if (value.compareTo(Duration.ofMillis(1)) < 0 || value.compareTo(Duration.ofDays(1)) > 0) {
      throw malformed(key, value + " is not from 1ms to a day", null);
    }
    return value;
  }

  private static <T> T value(String key, Function<String, T> read) {
    try {
      return read.apply(ROOT + key);
    } catch (ConfigException e) {
      throw malformed(key, String.valueOf(e.getMessage()), e);
    }
  }

  private static SettingsException malformed(String key, String why, @Nullable Throwable cause) {
    return new SettingsException(
        "Setting " + ROOT + key + " is malformed: " + why
            + ". See reference.conf of mobula-cluster-sharding-store for what it accepts.",
        cause);
  }
}
