package io.mobula.ps.clock;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.NodeId;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ClocksTest {
  private static final NodeId HERE = new NodeId(1);
  private static final NodeId THERE = new NodeId(2);
  private final Clocks clocks = new Clocks();

  @Test
  void theSlowestCounts() {
    clocks.join(1, 0, HERE, 0);
    clocks.join(2, 1, HERE, 0);
    clocks.end(1, 5, 0);
    assertThat(clocks.slowest()).isZero();
    clocks.end(2, 3, 0);
    assertThat(clocks.slowest()).isEqualTo(3);
    clocks.leave(2);
    assertThat(clocks.slowest()).isEqualTo(5);
  }

  @Test
  void eachPushIsNewOnce() {
    clocks.join(1, 0, HERE, 0);
    assertThat(clocks.isNew(1, 1)).isTrue();
    assertThat(clocks.isNew(1, 1)).isFalse();
    assertThat(clocks.isNew(1, 3)).isTrue();
    assertThat(clocks.isNew(1, 2)).isFalse();
    assertThat(clocks.isNew(9, 1)).isFalse(); // a stranger's
  }

  @Test
  void aRankIsTakenOver() {
    clocks.join(1, 7, HERE, 0);
    clocks.join(2, 7, HERE, 0);
    assertThat(clocks.has(1)).isFalse();
    assertThat(clocks.has(2)).isTrue();
    assertThat(clocks.size()).isEqualTo(1);
  }

  @Test
  void theDeadGoAndOfTheSilentOnlyThoseWhoHoldUpOthers() {
    clocks.join(1, 10, HERE, 0);
    clocks.join(2, 20, THERE, 0);
    clocks.join(3, 30, HERE, 0);
    clocks.end(3, 4, 1);
    assertThat(clocks.evict(Set.of(HERE), 100, 50)).extracting(Mark::rank).containsExactly(20);
    assertThat(clocks.evict(null, 100, 101)).extracting(Mark::rank).containsExactly(10);
    assertThat(clocks.has(3)).isTrue();
    assertThat(clocks.slowest()).isEqualTo(4);
  }

  @Test
  void theSlowestNeverGoesBack() {
    long seed = System.nanoTime();
    System.out.println("clocks: seed " + seed);
    var random = new Random(seed);
    var ended = new TreeMap<Long, Long>();
    long last = 0;
    for (long i = 1; i < 5000; i++) {
      switch (random.nextInt(ended.isEmpty() ? 1 : 3)) {
        case 0 -> ended.put(i, clocks.join(i, (int) i, HERE, 0));
        case 1 -> {
          clocks.leave(ended.firstKey());
          ended.pollFirstEntry();
        }
        default -> {
          long who = ended.lastKey();
          ended.merge(who, 1L, Long::sum);
          clocks.end(who, ended.get(who), 0);
        }
      }
      long slowest = clocks.slowest();
      assertThat(slowest).isGreaterThanOrEqualTo(last);
      if (!ended.isEmpty()) {
        assertThat(slowest).isEqualTo(ended.values().stream().min(Long::compare).orElseThrow());
      }
      last = slowest;
    }
  }

  @Test
  void whoLeavesAfterAStepHasAShareInItUntilItIsApplied() {
    var clocks = new Clocks();
    clocks.join(1, 10, HERE, 0);
    clocks.join(2, 20, HERE, 0);
    clocks.end(1, 1, 0);
    clocks.leave(1);
    assertThat(clocks.has(1)).isFalse();
    assertThat(clocks.size()).isEqualTo(1);
    assertThat(clocks.slowest()).isZero();
    assertThat(clocks.participants(0)).isEqualTo(2);
    assertThat(clocks.participants(1)).isEqualTo(1);
    clocks.end(2, 1, 0);
    assertThat(clocks.slowest()).isEqualTo(1);
    assertThat(clocks.participants(0)).isEqualTo(2);
    clocks.applied(1);
    assertThat(clocks.marks()).extracting(Mark::worker).containsExactly(2L);
  }
}
