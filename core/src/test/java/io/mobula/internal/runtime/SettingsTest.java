package io.mobula.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.mobula.Mobula;
import io.mobula.Settings;
import io.mobula.error.InvalidRequestException;
import io.mobula.error.SettingsException;
import io.mobula.internal.node.NodeSettings;
import io.mobula.placement.Resources;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Test of settings: their sources, and rejected values, whose error names the key. */
class SettingsTest {

  private static NodeSettings read(Settings settings) {
    return NodeSettings.read(NodeSettings.overlay(settings, ConfigFactory.load()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mobula.resources.cpus | many",
        "mobula.resources.cpus | -1",
        "mobula.resources.cpus | NaN",
        "mobula.resources.cpus | Infinity",
        "mobula.resources.cpus | 1e30",
        "mobula.resources.cpus | 0.00000001",
        "mobula.resources.gpus | 1.5",
        "mobula.resources.gpus | -2",
        "mobula.resources.gpus | two",
        "mobula.resources.memory | -1",
        "mobula.resources.memory | 5 bananas",
        "mobula.resources.custom.Licence | few",
        "mobula.resources.custom.Licence | -1",
        "mobula.store.capacity | 0",
        "mobula.store.capacity | -5",
        "mobula.store.capacity | lots",
        "mobula.store.capacity | 99999999999 GiB",
        "mobula.store.segment-size | 0",
        "mobula.store.segment-size | -1",
        "mobula.store.segment-size | big",
        "mobula.store.pre-touch | maybe",
        "mobula.store.inline-limit | -1",
        "mobula.store.inline-limit | small",
        "mobula.store.full-timeout | -1s",
        "mobula.store.full-timeout | soon",
        "mobula.store.full-timeout | 9999999999999 days",
        "mobula.codec.allowed-classes | com.acme.*",
        "mobula.codec.max-depth | 0",
        "mobula.codec.max-depth | deep",
        "mobula.codec.max-depth | 99999999999",
        "mobula.tasks.max-pending | 0",
        "mobula.tasks.max-pending | some",
        "mobula.tasks.max-pending-bytes | 0",
        "mobula.tasks.max-pending-bytes | some",
        "mobula.tasks.submit-timeout | -1s",
        "mobula.tasks.submit-timeout | soon",
        "mobula.tasks.lease-idle | -1s",
        "mobula.tasks.lease-idle | soon",
        "mobula.tasks.max-slots | 0",
        "mobula.tasks.max-slots | 99999999999",
        "mobula.tasks.max-threads | 0",
        "mobula.tasks.max-threads | x",
        "mobula.actors.max-threads | 0",
        "mobula.actors.max-threads | x",
        "mobula.close-timeout | -1s",
        "mobula.close-timeout | soon",
        "mobula.cluster.listen | perhaps",
        "mobula.cluster.port | -1",
        "mobula.cluster.port | 65536",
        "mobula.cluster.port | http",
        "mobula.cluster.seeds | nowhere",
        "mobula.cluster.seeds | host:0",
        "mobula.cluster.seeds | host:70000",
        "mobula.cluster.seeds | a:1,b",
        "mobula.cluster.role | boss",
        "mobula.cluster.join-timeout | -1s",
        "mobula.cluster.leave-timeout | soon",
        "mobula.workers.count | -1",
        "mobula.workers.count | 257",
        "mobula.workers.count | all",
        "mobula.workers.restarts | -1",
        "mobula.workers.class-path | /no/such/library.jar",
        "mobula.workers.resources.memory | 5 bananas",
        "mobula.tls.certificate | /no/such/file.pem",
        "mobula.insecure | rather",
      })
  void malformedValuesAreRefusedWithTheirKey(String key, String value) {
    assertThatThrownBy(() -> read(Mobula.settings().set(key, value)))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(key.startsWith("mobula.resources.custom.") ? "Licence" : key)
        .hasMessageContaining(value.trim());
  }

  @ParameterizedTest
  @CsvSource({
    "mobula.resources.cpu, mobula.resources.cpus",
    "mobula.store.capasity, mobula.store.capacity",
    "mobula.closetimeout, mobula.close-timeout",
    "mobula.cluster.seed, mobula.cluster.seeds",
    "mobula.tasks.max-slot, mobula.tasks.max-slots",
  })
  void unknownKeysAreRefusedWithTheNearestKnownOne(String key, String nearest) {
    assertThatThrownBy(() -> read(Mobula.settings().set(key, 1)))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(key)
        .hasMessageContaining("Did you mean " + nearest + "?");
  }

  @Test
  void nothingIsSuggestedWhereNothingIsNear() {
    assertThatThrownBy(() -> read(Mobula.settings().set("mobula.something-else-altogether", 1)))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("There is no setting mobula.something-else-altogether")
        .hasMessageNotContaining("Did you mean");
  }

  @ParameterizedTest
  @CsvSource({
    "mobula.resources.cpu, mobula.resources.cpus",
    "mobula.store.capasity, mobula.store.capacity",
    "mobula.child-flags, mobula.",
    "mobula.directory.sede, mobula.directory.",
  })
  void unknownSystemPropertiesAreRefused(String key, String nearest) {
    try {
      System.setProperty(key, "1");
      assertThatThrownBy(Mobula::init)
          .isInstanceOf(SettingsException.class)
          .hasMessageContaining("There is no setting " + key)
          .satisfies(thrown -> {
            if (!nearest.endsWith(".")) {
              assertThat(thrown).hasMessageContaining("Did you mean " + nearest + "?");
            }
          });
    } finally {
      System.clearProperty(key);
      ConfigFactory.invalidateCaches();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mobula.child.flags",
        "mobula.quiet.flags",
        "mobula.test.flags",
        "mobula.it.without",
        "mobula.soak.seconds",
        "mobula.stress.seconds",
        "mobula.bench.damage-spilled",
        "mobula.contract.source",
        "mobula.docs.write",
        "mobula.directory.seed"
      })
  void propertiesOfTheBuildAreLeftAloneAndReachNoWorker(String key) {
    var before = System.getProperty(key);
    try {
      System.setProperty(key, "1");
      ConfigFactory.invalidateCaches();
      assertThat(read(Mobula.settings()).jobs().overrides()).doesNotContainKey(key);
    } finally {
      if (before == null) {
        System.clearProperty(key);
      } else {
        System.setProperty(key, before);
      }
      ConfigFactory.invalidateCaches();
    }
  }

  @Test
  void workersInheritWhatSystemPropertiesSay() {
    try {
      System.setProperty("mobula.tasks.max-slots", "77");
      ConfigFactory.invalidateCaches();
      assertThat(read(Mobula.settings()).jobs().overrides())
          .containsEntry("mobula.tasks.max-slots", "77");
    } finally {
      System.clearProperty("mobula.tasks.max-slots");
      ConfigFactory.invalidateCaches();
    }
  }

  @Test
  void aPartThatIsGivenAValueIsRefused() {
    for (var key : List.of("mobula.store", "mobula.store.capacity.bytes")) {
      assertThatThrownBy(() -> read(Mobula.settings().set(key, 5)))
          .isInstanceOf(SettingsException.class)
          .hasMessageContaining("There is no setting " + key);
    }
    var file = ConfigFactory.parseString("mobula = 5");
    assertThatThrownBy(() -> NodeSettings.read(
            NodeSettings.overlay(Mobula.settings(), file.withFallback(ConfigFactory.load()))))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("mobula");
  }

  @Test
  void unknownKeysInAFileAreRefused() {
    var file = ConfigFactory.parseString("mobula.tasks.max-slot = 5");
    assertThatThrownBy(() -> NodeSettings.read(
            NodeSettings.overlay(Mobula.settings(), file.withFallback(ConfigFactory.load()))))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("Did you mean mobula.tasks.max-slots?");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[\"-Xmx128m\", -Xss1m]", " [ -Xmx128m\n-Xss1m ]", "-Xmx128m -Xss1m"})
  void aListMayBeWrittenAsText(String text) {
    for (var key : List.of("mobula.workers.flags", "mobula.jobs.worker-flags")) {
      var jobs = read(Mobula.settings().set(key, text)).jobs();
      var flags = key.contains("jobs")
          ? jobs.workerSettings().flags()
          : jobs.staticWorkers().flags();
      assertThat(flags).containsExactly("-Xmx128m", "-Xss1m");
    }
  }

  @Test
  void otherListsAndTablesMayBeWrittenAsText() {
    assertThat(read(Mobula.settings().set("mobula.cluster.seeds", "[\"a:1\", \"b:2\"]"))
            .cluster()
            .seeds())
        .containsExactly("a:1", "b:2");
    assertThat(read(Mobula.settings().set("mobula.codec.allowed-classes", "[\"com.acme.*\"]"))
            .codec()
            .allowedClasses())
        .containsExactly("com.acme.*");
    assertThat(read(Mobula.settings().set("mobula.resources.custom", "{\"my licence\": 2}"))
            .total()
            .amount("my licence"))
        .isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[\"-Xmx128m\"", "[\"-Xmx128m]", "[-Xmx128m] -Xss1m}", "[${nowhere}]"})
  void aTextThatBeginsAsAListAndIsNoneIsRefused(String text) {
    assertThatThrownBy(() -> read(Mobula.settings().set("mobula.workers.flags", text)))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("mobula.workers.flags")
        .hasMessageContaining(text);
  }

  @Test
  void optionsOfWorkersThatSetWhatIsNoSettingAreRefusedAtTheNode() {
    for (var key : List.of("mobula.workers.flags", "mobula.jobs.worker-flags")) {
      assertThatThrownBy(
              () -> read(Mobula.settings().set(key, "-Xmx1g -Dmobula.store.capasity=1GiB")))
          .isInstanceOf(SettingsException.class)
          .hasMessageContaining(key)
          .hasMessageContaining("-Dmobula.store.capasity=1GiB")
          .hasMessageContaining("Did you mean mobula.store.capacity?");
    }
  }

  @Test
  void workersTakeTheirPartOfWhatTheNodeHas() {
    var read = read(Mobula.settings()
        .cpus(8)
        .memory(900)
        .storeCapacity(3 << 20)
        .workers(2)
        .workerResources(Resources.none().cpus(3)));
    assertThat(read.total()).isEqualTo(Resources.none().cpus(2));
    assertThat(read.store().capacityBytes()).isEqualTo(3 << 20); // one capacity for all of them
    assertThat(read.cluster().enabled()).isTrue();
    assertThat(read.jobs().staticWorkers().resourceSplit().worker())
        .isEqualTo(Resources.none().cpus(3).memory(450));
    assertThat(read.jobs().overrides()).doesNotContainKey("mobula.workers.count");
  }

  @Test
  void moreForWorkersThanThereIsIsRefusedAndSoAreWorkersOfADriver() {
    var settings = Mobula.settings().cpus(4).workers(3);
    assertThatThrownBy(() -> read(settings.workerResources(Resources.none().cpus(2))))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("mobula.workers.resources")
        .hasMessageContaining("3 workers with {CPU=2.0} each")
        .hasMessageContaining("{CPU=4.0}");
    assertThatThrownBy(() -> read(settings.set("mobula.cluster.role", "driver")))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("mobula.workers.count");
  }

  @Test
  void optionsOfJvmsAreAListOrOneText() {
    var one = read(Mobula.settings().set("mobula.jobs.worker-flags", " -Xmx1g  -Xss1m"));
    var two = read(Mobula.settings().set("mobula.jobs.worker-flags", List.of("-Xmx1g", "-Xss1m")));
    assertThat(one.jobs().workerSettings().flags()).containsExactly("-Xmx1g", "-Xss1m");
    assertThat(two.jobs().workerSettings().flags()).containsExactly("-Xmx1g", "-Xss1m");
    assertThat(read(Mobula.settings()).jobs().workerSettings().flags()).isEmpty();
  }

  @Test
  void keysOfOthersAreRefusedAtOnce() {
    assertThatThrownBy(() -> Mobula.settings().set("akka.loglevel", "DEBUG"))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("akka.loglevel");
    assertThatThrownBy(() -> Mobula.settings().set("mobula.x", null))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> Mobula.settings().set(null, 1))
        .isInstanceOf(NullPointerException.class);
  }

  @Test
  void theBuilderRefusesWhatCannotBe() {
    var settings = Mobula.settings();
    assertThatThrownBy(() -> settings.cpus(-1)).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> settings.cpus(Double.NaN)).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> settings.gpus(1.5)).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> settings.memory(-1)).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> settings.resource("", 1)).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> read(settings.storeCapacity(-1)))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("mobula.store.capacity");
    assertThatThrownBy(() -> read(settings.closeTimeout(Duration.ofMillis(-1))))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("mobula.close-timeout");
    assertThatThrownBy(() -> settings.storeDirectory(null))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> settings.closeTimeout(null)).isInstanceOf(NullPointerException.class);
  }

  @Test
  void theBuilderIsImmutable() {
    var settings = Mobula.settings().cpus(3);
    settings.cpus(4).resource("Licence", 1);
    assertThat(settings.values()).containsOnlyKeys("mobula.resources.cpus");
    assertThat(Mobula.settings().values()).isEmpty();
  }

  @Test
  void namesOfResourcesMayBeAnything() {
    var read = read(Mobula.settings()
        .resource("node:10.0.0.1", 1)
        .resource("my licence", 0.5)
        .resource("größe", 2));
    assertThat(read.total().amount("node:10.0.0.1")).isEqualTo(1);
    assertThat(read.total().amount("my licence")).isEqualTo(0.5);
    assertThat(read.total().amount("größe")).isEqualTo(2);
    assertThat(read(Mobula.settings().resource("say \"hi\" \\o/", 1))
            .total()
            .amount("say \"hi\" \\o/"))
        .isEqualTo(1);
  }

  @Test
  void defaultsAreDetected() {
    var read = read(Mobula.settings());
    assertThat(read.total().amount("CPU")).isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(read.total().amount("GPU")).isZero();
    assertThat(read.total().units("memory")).isPositive();
    assertThat(read.store().capacityBytes()).isPositive();
    assertThat(read.closeTimeout()).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void theBuilderWinsOverSystemPropertiesAndTheseOverFiles() {
    try {
      System.setProperty("mobula.resources.cpus", "7");
      System.setProperty("mobula.resources.gpus", "3");
      try (var runtime = Mobula.init(Mobula.settings().cpus(5).storeCapacity(1 << 20))) {
        assertThat(runtime.totalResources().amount("CPU")).isEqualTo(5);
        assertThat(runtime.totalResources().amount("GPU")).isEqualTo(3);
      }
      System.setProperty("mobula.resources.gpus", "three");
      assertThatThrownBy(Mobula::init)
          .isInstanceOf(SettingsException.class)
          .hasMessageContaining("mobula.resources.gpus")
          .hasMessageContaining("three");
    } finally {
      System.clearProperty("mobula.resources.cpus");
      System.clearProperty("mobula.resources.gpus");
      ConfigFactory.invalidateCaches();
    }
  }

  @Test
  void sizesAndTimesMayBeWrittenForPeople() {
    var read = read(Mobula.settings()
        .set("mobula.store.capacity", "512 MiB")
        .set("mobula.close-timeout", "2 minutes")
        .storeDirectory(Path.of("/tmp")));
    assertThat(read.store().capacityBytes()).isEqualTo(512L << 20);
    assertThat(read.closeTimeout()).isEqualTo(Duration.ofMinutes(2));
    assertThat(read.store().directory()).isEqualTo(Path.of("/tmp"));
  }
}
