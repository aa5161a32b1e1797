package io.mobula.internal.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ObjectId;
import io.mobula.spi.LocateResult;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Thousands of random histories of several nodes that make, pass, nest, return, read, reconstruct
 * and drop objects, while the network misbehaves, shards move and nodes die. At rest, a held object
 * can be read or is lost for a reason, and an object that is not held is gone. A failure names its
 * seed; run it alone with {@code -Dmobula.directory.seed=N}.
 */
class DirectoryModelTest {
  private static final int HISTORIES = Integer.getInteger("mobula.directory.histories", 6000);
  private static final long BUSY = 2500;
  private static final ShardSettings RULES = new ShardSettings(
      SimulatedCluster.MAP, SimulatedCluster.MESSAGING, SimulatedCluster.GRACE, 400);

  @Test
  void heldMeansReadableOrLostForAReasonAndNotHeldMeansGone() {
    var only = Long.getLong("mobula.directory.seed");
    if (only != null) {
      history(only, RULES);
      return;
    }
    long first = System.nanoTime();
    System.out.println("histories from seed " + first + " to " + (first + HISTORIES - 1));
    for (long seed = first; seed < first + HISTORIES; seed++) {
      history(seed, RULES);
    }
  }

  /** A node that was told to keep a value had held it before, and other nodes remembered that. */
  @Test
  void aHoldThatOthersRememberEndsWhereTheNodeHasAnEntryAgain() {
    history(32196208872920L, RULES);
  }

  @Test
  void theModelSeesWhatIsFreedWithoutGrace() {
    var graceless = new ShardSettings(SimulatedCluster.MAP, SimulatedCluster.MESSAGING, 0, 400);
    assertThatThrownBy(() -> {
          for (long seed = 0; seed < HISTORIES; seed++) {
            history(seed, graceless);
          }
        })
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("was told to free");
  }

  private static void history(long seed, ShardSettings shardSettings) {
    try {
      var cluster = new SimulatedCluster(seed, 2 + (int) Math.floorMod(seed, 3L), shardSettings);
      disturb(cluster);
      schedule(cluster);
      cluster.clock.runUntil(BUSY + 700);
      rest(cluster);
      heldIsReadableOrLost(cluster);
      unheldIsGone(cluster);
      oneAttemptIsLeft(cluster);
      allIsGoneWhenAllIsDropped(cluster);
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("Seed " + seed + ": " + e.getMessage(), e);
    }
  }

  /** Crashes nodes, moves shards and adds nodes; sometimes several of these at once. */
  private static void disturb(SimulatedCluster cluster) {
    var random = cluster.random;
    int disturbances = random.nextInt(4);
    long together = random.nextInt((int) BUSY);
    for (int i = 0; i < disturbances; i++) {
      long at = random.nextInt(3) == 0 ? together : random.nextInt((int) BUSY);
      cluster.clock.after(at, () -> {
        switch (random.nextInt(3)) {
          case 0 -> cluster.crash(cluster.pick(cluster.living));
          case 1 -> cluster.move(random.nextInt(SimulatedCluster.MAP.shards()));
          default -> cluster.join();
        }
      });
    }
  }

  private static void schedule(SimulatedCluster cluster) {
    var random = cluster.random;
    int steps = 15 + random.nextInt(30);
    for (int i = 0; i < steps; i++) {
      cluster.clock.after(random.nextInt((int) BUSY), () -> step(cluster));
    }
  }

  private static void step(SimulatedCluster cluster) {
    var random = cluster.random;
    var node = cluster.pick(cluster.living);
    var held = List.copyOf(node.handles.keySet());
    if (held.isEmpty() || random.nextInt(5) == 0) {
      cluster.programs.make(node, some(cluster, held), some(cluster, held));
      return;
    }
    var id = cluster.pick(held);
    switch (random.nextInt(13)) {
      case 8 -> cluster.programs.volley(node, cluster.pick(cluster.living), id);
      case 9 -> cluster.programs.sealAgain(node, id);
      case 10 -> cluster.move(random.nextInt(SimulatedCluster.MAP.shards()));
      case 0, 1, 2 -> cluster.programs.call(node, cluster.pick(cluster.living), id);
      case 3 -> cluster.programs.transit(node, cluster.pick(cluster.living), id);
      case 4, 5 -> cluster.programs.read(node, id);
      case 6 -> cluster.programs.evict(node, id);
      default -> node.dropKept(id);
    }
  }

  private static List<ObjectId> some(SimulatedCluster cluster, List<ObjectId> from) {
    var result = new ArrayList<ObjectId>();
    for (var id : from) {
      if (cluster.random.nextInt(3) == 0 && result.size() < 2) {
        result.add(id);
      }
    }
    return result;
  }

  private static void rest(SimulatedCluster cluster) {
    cluster.faulty = false;
    cluster.clock.runUntil(cluster.clock.now() + 4 * SimulatedCluster.GRACE);
    for (var shard : cluster.shards()) {
      assertThat(shard.isFreeing()).as("shard %d frees", shard.number()).isTrue();
      if (!cluster.digestsAlways && !cluster.crashed) {
        assertThat(shard.digestMismatches())
            .as("repairs of shard %d", shard.number())
            .isZero();
      }
    }
  }

  private static void heldIsReadableOrLost(SimulatedCluster cluster) {
    for (var node : List.copyOf(cluster.living)) {
      for (var id : List.copyOf(node.handles.keySet())) {
        var asked = node.table.locate(id, 0);
        node.touched();
        cluster.clock.runUntil(cluster.clock.now() + 100);
        if (!asked.isDone()) {
          cluster.clock.runUntil(cluster.clock.now() + 2 * SimulatedCluster.GRACE);
        }
        assertThat(asked).as("%s is readable or lost at %s", id, node.id).isDone();
        check(cluster, id, asked.join());
      }
    }
  }

  private static void check(SimulatedCluster cluster, ObjectId id, LocateResult found) {
    switch (found) {
      case LocateResult.SealedCopies sealedCopies ->
        assertThat(sealedCopies.nodes())
            .as("%s is where the directory says", id)
            .isNotEmpty()
            .allSatisfy(place -> {
              var there = cluster.node(place);
              assertThat(there).as("node %s", place).isNotNull();
              assertThat(there.sealed).containsEntry(id, sealedCopies.attempt());
            });
      case LocateResult.Value value -> assertThat(cluster.inlined).contains(id);
      case LocateResult.Failure failure -> throw new AssertionError("Nothing has failed: " + id);
      case LocateResult.Lost lost -> {
        assertThat(cluster.isSomewhere(id)).as("%s is somewhere: %s", id, lost).isFalse();
        assertThat(cluster.crashed)
            .as("%s is lost without a crash: %s", id, lost)
            .isTrue();
      }
    }
  }

  private static void oneAttemptIsLeft(SimulatedCluster cluster) {
    for (var node : cluster.living) {
      node.sealed.forEach((id, attempt) -> {
        var record = cluster.recordOf(id);
        assertThat(record).as("record of %s", id).isNotNull();
        assertThat(record.acceptedAttempt)
            .as("attempt of %s at %s", id, node.id)
            .isEqualTo(attempt);
      });
    }
  }

  private static void unheldIsGone(SimulatedCluster cluster) {
    var reachable = cluster.reachable();
    for (var id : cluster.contents.keySet()) {
      if (!reachable.contains(id)) {
        assertThat(cluster.recordOf(id)).as("record of %s", id).isNull();
        assertThat(cluster.isSomewhere(id)).as("copy of %s", id).isFalse();
      }
    }
  }

  private static void allIsGoneWhenAllIsDropped(SimulatedCluster cluster) {
    for (var node : cluster.living) {
      new TreeMap<>(node.handles).forEach((id, count) -> {
        for (int i = 0; i < count; i++) {
          node.drop(id);
        }
      });
    }
    cluster.clock.runUntil(cluster.clock.now() + 3 * SimulatedCluster.GRACE);
    for (var shard : cluster.shards()) {
      assertThat(shard.records().ids())
          .as("records of shard %d", shard.number())
          .isEmpty();
    }
    for (var node : cluster.living) {
      assertThat(node.sealed).as("copies at %s", node.id).isEmpty();
      assertThat(node.table.statements().size()).as("statements of %s", node.id).isZero();
    }
  }
}
