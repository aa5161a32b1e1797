package io.mobula;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigResolveOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Test that the table of timeouts in {@code docs/reliability.md} has every setting that is a
 * duration and every constant of a second or more, with its value, and that the stated relations
 * between them hold.
 */
class TimeoutTableTest {
  private static final Path ROOT = Path.of("..");
  private static final List<String> MODULES =
      List.of("core", "cluster-sharding-store", "parameter-server");
  private static final List<String> WITH_SETTINGS = List.of("core", "cluster-sharding-store");
  private static final Duration MIN_CONSTANT = Duration.ofSeconds(1);

  private static final Pattern LENGTH = Pattern.compile("\\d+ ?(ms|s|m|h|d)");
  private static final Pattern CONSTANT =
      Pattern.compile("static final (?:Duration|long|int)\\s+(\\w+)\\s*=\\s*([^;]+);");
  private static final Pattern OF_DURATION =
      Pattern.compile("Duration\\.of(\\w+)\\((\\d+)\\)(\\.to\\w+\\(\\))?");
  private static final Pattern OF_UNIT = Pattern.compile("TimeUnit\\.(\\w+)\\.to\\w+\\((\\d+)\\)");
  private static final Pattern UNIT_IN_NAME = Pattern.compile(".*_(MILLIS|SECONDS|MINUTES)");
  private static final Pattern ROW =
      Pattern.compile("\\| `([\\w.-]+)` \\| (\\d+(?:ms|s|m|h|d)) \\| .+ \\|");
  private static final Pattern RELATION = Pattern.compile("\\| (`[^|]+) \\| (`[^|]+) \\| .+ \\|");

  private static final Map<String, String> SHORT_NAMES = Map.of(
      "pause",
          "mobula.cluster.actor-system.akka.cluster.failure-detector.acceptable-heartbeat-pause",
      "stable", "mobula.cluster.actor-system.akka.cluster.split-brain-resolver.stable-after");

  private static List<String> table() throws IOException {
    var page = Files.readString(ROOT.resolve("docs/reliability.md"));
    int begin = page.indexOf("<!-- timeouts: begin -->");
    int end = page.indexOf("<!-- timeouts: end -->");
    assertThat(begin).isPositive().isLessThan(end);
    return page.substring(begin, end).lines().toList();
  }

  private static Map<String, Duration> rows() throws IOException {
    var rows = new TreeMap<String, Duration>();
    for (var line : table()) {
      var row = ROW.matcher(line);
      if (row.matches()) {
        var before = rows.put(row.group(1), length(row.group(2)));
        assertThat(before).as("a second row for %s", row.group(1)).isNull();
      }
    }
    return rows;
  }

  private static Duration length(String text) {
    return ConfigFactory.parseString("it = " + text).getDuration("it");
  }

  private static Map<String, Duration> settings() {
    var settings = new TreeMap<String, Duration>();
    for (var module : WITH_SETTINGS) {
      var file = ROOT.resolve(module + "/src/main/resources/reference.conf").toFile();
      var config = ConfigFactory.parseFile(file)
          .resolve(ConfigResolveOptions.noSystem().setAllowUnresolved(true));
      for (var entry : config.getConfig("mobula").entrySet()) {
        addIfLength(settings, config, "mobula." + entry.getKey());
      }
    }
    return settings;
  }

  private static void addIfLength(Map<String, Duration> to, Config config, String key) {
    try {
      if (LENGTH.matcher(config.getString(key)).matches()) {
        to.put(key, config.getDuration(key));
      }
    } catch (ConfigException.WrongType list) {
      // not a duration
    }
  }

  private static Map<String, Duration> constants() throws IOException {
    var constants = new TreeMap<String, Duration>();
    for (var module : MODULES) {
      try (var files = Files.walk(ROOT.resolve(module + "/src/main/java"))) {
        files
            .filter(file -> file.toString().endsWith(".java"))
            .forEach(file -> addConstants(constants, file));
      }
    }
    constants.values().removeIf(each -> each.compareTo(MIN_CONSTANT) < 0);
    return constants;
  }

  private static void addConstants(Map<String, Duration> to, Path file) {
    try {
      var owner =
          file.getParent().getFileName() + "." + file.getFileName().toString().replace(".java", "");
      var found = CONSTANT.matcher(Files.readString(file));
      while (found.find()) {
        var value = valueOf(found.group(1), found.group(2).replaceAll("[\\s_]", ""));
        if (value != null) {
          to.put(owner + "." + found.group(1), value);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the duration that a constant stands for, or null. */
  private static Duration valueOf(String name, String expression) {
    var duration = OF_DURATION.matcher(expression);
    if (duration.matches()) {
      return length(duration.group(2) + " " + duration.group(1).toLowerCase());
    }
    var unit = OF_UNIT.matcher(expression);
    if (unit.matches()) {
      return Duration.of(
          Long.parseLong(unit.group(2)), TimeUnit.valueOf(unit.group(1)).toChronoUnit());
    }
    var named = UNIT_IN_NAME.matcher(name);
    return named.matches() && expression.matches("\\d+")
        ? Duration.of(
            Long.parseLong(expression),
            TimeUnit.valueOf(named.group(1).replace("MILLIS", "MILLISECONDS")).toChronoUnit())
        : null;
  }

  @Test
  void everyTimeoutHasARowWithItsValue() throws IOException {
    var all = settings();
    assertThat(all).containsKey("mobula.store.full-timeout");
    all.putAll(constants());
    assertThat(all).containsKey("actor.ActorConnection.SUCCESSION");
    assertThat(rows())
        .as("the table of timeouts in docs/reliability.md, and what the sources say")
        .containsExactlyInAnyOrderEntriesOf(all);
  }

  @Test
  void whatMustBeLongerIs() throws IOException {
    var values = rows();
    SHORT_NAMES.forEach((name, key) -> values.put(name, values.get(key)));
    int relations = 0;
    for (var line : table()) {
      var relation = RELATION.matcher(line);
      if (relation.matches() && !ROW.matcher(line).matches()) {
        var longer = sum(values, relation.group(1));
        assertThat(longer).as(line).isGreaterThan(sum(values, relation.group(2)));
        relations++;
      }
    }
    assertThat(relations).isGreaterThan(15);
  }

  private static Duration sum(Map<String, Duration> values, String names) {
    return Arrays.stream(names.split(" \\+ "))
        .map(name -> name.replace("`", "").trim())
        .map(name -> value(values, name))
        .reduce(Duration.ZERO, Duration::plus);
  }

  /** Returns the value of a name, or of {@code name × factor}. */
  private static Duration value(Map<String, Duration> values, String name) {
    var parts = name.split(" × ");
    assertThat(values).containsKey(parts[0]);
    return values.get(parts[0]).multipliedBy(parts.length == 1 ? 1 : Long.parseLong(parts[1]));
  }
}
