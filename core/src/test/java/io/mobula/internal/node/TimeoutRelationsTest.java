package io.mobula.internal.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.mobula.Mobula;
import io.mobula.Settings;
import io.mobula.error.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Test of settings that contradict each other: those that {@code docs/reliability.md} calls refused
 * are refused with both keys, and the others are not.
 */
class TimeoutRelationsTest {
  private static final String CLUSTER = "mobula.cluster.actor-system.akka.cluster.";
  private static final Map<String, String> SHORT_NAMES = Map.of(
      "pause", CLUSTER + "failure-detector.acceptable-heartbeat-pause",
      "stable", CLUSTER + "split-brain-resolver.stable-after");
  private static final Pattern REFUSED =
      Pattern.compile("\\| `([\\w.-]+)`( × \\d+)? \\| (`[^|]+) \\| [^|]+ \\| refused.*\\|");

  private static NodeSettings read(Settings settings) {
    return NodeSettings.read(NodeSettings.overlay(settings, ConfigFactory.load()));
  }

  private static Settings member() {
    return Mobula.settings().set("mobula.cluster.listen", true);
  }

  /** Returns the longer setting of each refused relation, and the first of the shorter ones. */
  static List<Arguments> refused() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("..", "docs", "reliability.md"))) {
      var rows = lines
          .map(REFUSED::matcher)
          .filter(row -> row.matches() && !row.group(1).startsWith("mobula.directory."))
          .map(row -> Arguments.of(row.group(1), firstOf(row.group(3))))
          .toList();
      assertThat(rows).hasSizeGreaterThanOrEqualTo(5);
      return rows;
    }
  }

  private static String firstOf(String names) {
    var first = names.split(" \\+ ")[0].replace("`", "").trim();
    return SHORT_NAMES.getOrDefault(first, first);
  }

  @ParameterizedTest
  @MethodSource("refused")
  void aRefusedRelationNamesBothSettings(String longer, String shorter) {
    // a day is longer than any of these timeouts
    assertThatThrownBy(() -> read(member().set(shorter, "24h")))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(shorter + " = 24h");
    var key = longer.startsWith("mobula.") ? longer : SHORT_NAMES.get("stable");
    assertThatThrownBy(() -> read(shortest(longer, shorter)))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(key)
        .hasMessageContaining(shorter);
  }

  /** Returns settings that break this relation and no other. */
  private static Settings shortest(String longer, String shorter) {
    return longer.startsWith("mobula.")
        ? member().set(longer, "1s").set(shorter, "30s").set(SHORT_NAMES.get("pause"), "1s")
        : member().set(shorter, "20s");
  }

  @Test
  void theFactorIsThatOfJoining() {
    var equal = member().set("mobula.cluster.stopped-after", "12s");
    assertThatThrownBy(() -> read(equal.set("mobula.cluster.join-timeout", "2s")))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("6 times mobula.cluster.join-timeout = 2s")
        .hasMessageContaining("must be longer than mobula.cluster.stopped-after = 12s");
    var longer = read(equal.set("mobula.cluster.join-timeout", "2001ms")).cluster();
    assertThat(longer.maxJoinTime()).isEqualTo(Duration.ofMillis(6 * 2001));
  }

  @Test
  void aDriverMayGiveUpEarly() {
    var driver = member().set("mobula.cluster.role", "driver");
    assertThat(read(driver.set("mobula.cluster.join-timeout", "1s"))).isNotNull();
  }

  @Test
  void aNodeWithoutAClusterIsNotConcerned() {
    assertThat(read(Mobula.settings().set("mobula.cluster.join-timeout", "1s"))).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"on", "off"})
  void aSwitchOfAkkaIsNoDuration(String word) {
    var key = CLUSTER + "split-brain-resolver.down-all-when-unstable";
    assertThat(read(member().set(key, word))).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mobula.store.full-timeout",
        "mobula.cluster.transit-hold",
        "mobula.cluster.leave-timeout"
      })
  void whatIsAllowedIsRead(String key) {
    assertThat(read(member().set(key, "1s"))).isNotNull();
  }
}
