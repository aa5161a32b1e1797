package io.mobula.internal.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.NodeId;
import io.mobula.placement.PlacementGroupId;
import io.mobula.placement.PlacementStrategy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Model test with thousands of histories of a scheduler and its nodes, drawn from a seed: groups
 * come and go, messages are late or lost, and the scheduler and nodes are killed at any step. At
 * each step, no node has reserved more than it has. In the end, every remaining group is complete,
 * no node has a bundle that the scheduler does not know, and when all groups are removed everything
 * is free.
 */
class GroupSchedulerStateModelTest {
  private static final int STEPS = 150;

  static LongStream seeds() {
    return LongStream.range(0, 8).map(block -> block * 100);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void leavesNothingBehind(long block) {
    for (long seed = block; seed < block + 100; seed++) {
      try {
        new History(seed).run();
      } catch (AssertionError | RuntimeException wrong) {
        throw new AssertionError("seed " + seed + ": " + wrong.getMessage(), wrong);
      }
    }
  }

  private static final class History {
    private final Random random;
    private final SimulatedGroups cluster;
    private final List<PlacementGroupId> made = new ArrayList<>();
    private long groups;

    History(long seed) {
      random = new Random(seed);
      cluster = new SimulatedGroups(random, random.nextInt(2, 6), 4);
    }

    void run() {
      for (int step = 0; step < STEPS; step++) {
        act();
        cluster.checkCapacity();
      }
      cluster.calm();
      cluster.checkWhole();
      made.forEach(cluster::remove);
      cluster.calm();
      cluster.checkAllFree();
    }

    private void act() {
      int choice = random.nextInt(100);
      if (choice < 60) {
        cluster.deliver();
      } else if (choice < 72) {
        cluster.passTime(random.nextInt(1, 400));
      } else if (choice < 84) {
        create();
      } else if (choice < 90 && !made.isEmpty()) {
        cluster.remove(made.get(random.nextInt(made.size())));
      } else if (choice < 94) {
        cluster.loseSomething();
      } else if (choice < 97) {
        cluster.restartScheduler();
      } else if (cluster.nodes() > 1) {
        cluster.kill();
      } else {
        cluster.start();
      }
    }

    private void create() {
      var id = new PlacementGroupId(1, ++groups);
      var bundles = new ArrayList<Map<String, Long>>();
      int count = random.nextInt(1, 4);
      for (int i = 0; i < count; i++) {
        bundles.add(Map.of("CPU", (long) random.nextInt(1, 4)));
      }
      var strategies = PlacementStrategy.values();
      made.add(id);
      cluster.create(new GroupSpec(
          id,
          random.nextInt(5) == 0 ? "name" + random.nextInt(3) : null,
          strategies[random.nextInt(strategies.length)],
          bundles,
          new NodeId(SimulatedGroups.CREATOR),
          random.nextBoolean()));
      assertThat(made).doesNotHaveDuplicates();
    }
  }
}
