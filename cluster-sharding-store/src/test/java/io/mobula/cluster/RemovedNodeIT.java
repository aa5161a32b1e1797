package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.Settings;
import io.mobula.info.NodeInfo;
import io.mobula.placement.Placement;
import io.mobula.testkit.PollingAssert;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node on a host of its own stands still until it was removed and its work is done elsewhere, and
 * then wakes: two seconds later, nothing that it had begun has an effect any more.
 *
 * <p>Three rounds, or {@code -Dmobula.test.removed.rounds}; {@code -Dmobula.test.seed} repeats
 * them. In every second round the task ignores its interrupt.
 */
@Tag("long")
class RemovedNodeIT {
  private static final int HOSTS = 3;
  private static final int FIRST_HOST = 2;
  private static final Duration HEEDED = Duration.ofSeconds(2);
  private static final Duration GONE = Duration.ofSeconds(20);

  private final List<NodeProcess> nodes = new ArrayList<>();

  @TempDir
  Path folder;

  @AfterEach
  void end() {
    nodes.forEach(NodeProcess::close);
  }

  @Test
  void fromTwoSecondsAfterItWakesNothingOfItHasAnEffect() throws Exception {
    long seed = Long.getLong("mobula.test.seed", System.nanoTime());
    int rounds = Integer.getInteger("mobula.test.removed.rounds", 3);
    System.out.println("RemovedNodeIT seed " + seed + ", " + rounds + " rounds");
    var random = new Random(seed);
    nodes.add(NodeProcess.first(settings(0)).up());
    try (var driver = Mobula.init(
        settings(HOSTS).join(nodes.getFirst().address()).set("mobula.cluster.role", "driver"))) {
      while (nodes.size() < HOSTS) {
        nodes.add(join(nodes.size(), nodes.getFirst()));
      }
      for (int round = 0; round < rounds; round++) {
        int victim = random.nextInt(HOSTS);
        var effects = EffectJournal.in(Files.createDirectory(folder.resolve("round" + round)));
        round(driver, nodes.get(victim), effects, round % 2 == 1, random.nextInt(8_000));
        nodes.set(victim, join(victim, nodes.get((victim + 1) % HOSTS)));
      }
    }
  }

  private void round(
      MobulaRuntime driver, NodeProcess victim, EffectJournal effects, boolean deaf, int longer)
      throws Exception {
    awaitSeen(driver, victim);
    var there = Placement.preferring(victim.id());
    var writer = driver
        .actor(EffectJournal.Writer::new)
        .maxConcurrency(2)
        .maxRestarts(10)
        .maxCallRetries(10)
        .placement(there)
        .remote();
    var written = writer.call(EffectJournal.Writer::write, effects).remote();
    var task = driver
        .task(EffectJournal::write, effects, deaf)
        .maxRetries(10)
        .placement(there)
        .remote();
    var caller = driver
        .task(EffectJournal::call, effects, writer)
        .maxRetries(10)
        .placement(there)
        .remote();
    for (var what : List.of("actor", "task", "told-7")) {
      PollingAssert.until(() -> what + " on " + victim, () -> effects.isDoneIn(victim.pid(), what));
    }
    victim.stop();
    PollingAssert.until(
        () -> victim + " is removed",
        () -> driver.nodes().stream().noneMatch(node -> node.id().equals(victim.id())));
    for (var what : List.of("actor", "task", "told-7")) {
      PollingAssert.until(
          () -> what + " elsewhere", () -> effects.isDoneOutside(victim.pid(), what));
    }
    TimeUnit.MILLISECONDS.sleep(longer); // a random further delay
    long woken = System.currentTimeMillis();
    victim.wake();
    int code = victim.awaitEnd(GONE);
    long ended = System.currentTimeMillis();
    var old = effects.all().stream()
        .filter(line -> line.pid() == victim.pid() && line.millis() >= woken)
        .toList();
    long last = old.stream().mapToLong(EffectJournal.EffectLine::millis).max().orElse(woken);
    System.out.printf(
        "RemovedNodeIT: woken %d ms later, last effect after %d ms, ended with %d after %d ms, deaf %b%n",
        longer, last - woken, code, ended - woken, deaf);
    assertThat(last - woken).as("%s", old).isLessThanOrEqualTo(HEEDED.toMillis());
    assertThat(old).extracting(EffectJournal.EffectLine::what).doesNotContain("told-nothing");
    effects.end();
    for (var ref : List.of(written, task, caller)) {
      assertThat(ref.get(ClusterTestSupport.LIMIT)).isPositive();
    }
  }

  private static void awaitSeen(MobulaRuntime driver, NodeProcess node) throws Exception {
    PollingAssert.until(
        () -> node + " is seen with its CPUs",
        () -> driver.nodes().stream()
            .anyMatch(each -> each.id().equals(node.id())
                && each.state() == NodeInfo.State.ALIVE
                && each.available().amount("CPU") >= 4));
  }

  private static NodeProcess join(int host, NodeProcess by) {
    return NodeProcess.joining(settings(host), by.address()).up();
  }

  private static Settings settings(int host) {
    var settings =
        NodeProcess.host(ClusterTestSupport.settings(), FIRST_HOST + host).storeCapacity(16 << 20);
    return host == HOSTS ? settings : settings.cpus(6);
  }
}
