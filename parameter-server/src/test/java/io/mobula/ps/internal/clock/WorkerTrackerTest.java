package io.mobula.ps.internal.clock;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.NodeId;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class WorkerTrackerTest {
  private static final NodeId HERE = new NodeId(1);
  private static final NodeId THERE = new NodeId(2);
  private final WorkerTracker workers = new WorkerTracker();

  @Test
  void theSlowestCounts() {
    workers.join(1, 0, HERE, 0);
    workers.join(2, 1, HERE, 0);
    workers.endSteps(1, 5, 0);
    assertThat(workers.slowest()).isZero();
    workers.endSteps(2, 3, 0);
    assertThat(workers.slowest()).isEqualTo(3);
    workers.leave(2);
    assertThat(workers.slowest()).isEqualTo(5);
  }

  @Test
  void eachPushIsNewOnce() {
    workers.join(1, 0, HERE, 0);
    assertThat(workers.recordPush(1, 1)).isTrue();
    assertThat(workers.recordPush(1, 1)).isFalse();
    assertThat(workers.recordPush(1, 3)).isTrue();
    assertThat(workers.recordPush(1, 2)).isFalse();
    assertThat(workers.recordPush(9, 1)).isFalse(); // of an unknown worker
  }

  @Test
  void aRankIsTakenOver() {
    workers.join(1, 7, HERE, 0);
    workers.join(2, 7, HERE, 0);
    assertThat(workers.isPresent(1)).isFalse();
    assertThat(workers.isPresent(2)).isTrue();
    assertThat(workers.size()).isEqualTo(1);
  }

  @Test
  void theDeadGoAndOfTheSilentOnlyThoseWhoHoldUpOthers() {
    workers.join(1, 10, HERE, 0);
    workers.join(2, 20, THERE, 0);
    workers.join(3, 30, HERE, 0);
    workers.endSteps(3, 4, 1);
    assertThat(workers.evict(Set.of(HERE), 100, 50))
        .extracting(WorkerClock::rank)
        .containsExactly(20);
    assertThat(workers.evict(null, 100, 101)).extracting(WorkerClock::rank).containsExactly(10);
    assertThat(workers.isPresent(3)).isTrue();
    assertThat(workers.slowest()).isEqualTo(4);
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
        case 0 -> ended.put(i, workers.join(i, (int) i, HERE, 0));
        case 1 -> {
          workers.leave(ended.firstKey());
          ended.pollFirstEntry();
        }
        default -> {
          long who = ended.lastKey();
          ended.merge(who, 1L, Long::sum);
          workers.endSteps(who, ended.get(who), 0);
        }
      }
      long slowest = workers.slowest();
      assertThat(slowest).isGreaterThanOrEqualTo(last);
      if (!ended.isEmpty()) {
        assertThat(slowest).isEqualTo(ended.values().stream().min(Long::compare).orElseThrow());
      }
      last = slowest;
    }
  }

  @Test
  void whoLeavesAfterAStepHasAShareInItUntilItIsApplied() {
    var clocks = new WorkerTracker();
    clocks.join(1, 10, HERE, 0);
    clocks.join(2, 20, HERE, 0);
    clocks.endSteps(1, 1, 0);
    clocks.leave(1);
    assertThat(clocks.isPresent(1)).isFalse();
    assertThat(clocks.size()).isEqualTo(1);
    assertThat(clocks.slowest()).isZero();
    assertThat(clocks.participants(0)).isEqualTo(2);
    assertThat(clocks.participants(1)).isEqualTo(1);
    clocks.endSteps(2, 1, 0);
    assertThat(clocks.slowest()).isEqualTo(1);
    assertThat(clocks.participants(0)).isEqualTo(2);
    clocks.forgetDeparted(1);
    assertThat(clocks.clocks()).extracting(WorkerClock::worker).containsExactly(2L);
  }
}
