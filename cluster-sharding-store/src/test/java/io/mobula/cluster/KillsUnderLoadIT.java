package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.placement.Placement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Members are killed at a steady rate while a driver runs tasks: every task ends with its value and
 * the driver stays.
 *
 * <p>{@code -Dmobula.test.kills.oldest} is how often the oldest member is killed (3),
 * {@code -Dmobula.test.kills.tasks} how many tasks of a second each run while a member is killed
 * every ten seconds (90), and {@code -Dmobula.test.seed} repeats the choice of the victims.
 */
@Tag("long")
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class KillsUnderLoadIT {
  private static final int MEMBERS = 3;
  private static final int SECOND = 1000;
  private static final Duration BETWEEN = Duration.ofSeconds(10);
  private static final Duration TASK_LIMIT = Duration.ofMinutes(2);

  /** The oldest member has the coordinator, the singletons and their state. */
  @Test
  void theOldestMemberIsKilledAgainAndAgain() throws Exception {
    int kills = Integer.getInteger("mobula.test.kills.oldest", 3);
    try (var members = RestartableMembers.start(MEMBERS, 2);
        var driver = driver(members)) {
      members.awaitSeenBy(driver);
      var work = SteadyTaskLoad.start(driver, 6, 100, TASK_LIMIT);
      for (int i = 0; i < kills; i++) {
        members.replace(members.oldest());
        members.awaitSeenBy(driver);
        assertThat(driver.isClosed()).as("the driver was removed").isFalse();
      }
      assertThat(work.finish()).as("%s", work.failures()).isZero();
      assertThat(work.right()).isPositive();
      System.out.println("KillsUnderLoadIT: the oldest of " + MEMBERS + " members killed " + kills
          + " times, " + work.right() + " tasks right");
    }
  }

  @Test
  void tasksOfASecondEndWhileAMemberIsKilledEveryTenSeconds() throws Exception {
    int count = Integer.getInteger("mobula.test.kills.tasks", 90);
    long seed = Long.getLong("mobula.test.seed", System.nanoTime());
    System.out.println("KillsUnderLoadIT seed " + seed + ", " + count + " tasks");
    var random = new Random(seed);
    try (var members = RestartableMembers.start(MEMBERS, 2);
        var driver = driver(members)) {
      members.awaitSeenBy(driver);
      List<ObjectRef<Long>> refs = new ArrayList<>();
      for (long i = 0; i < count; i++) {
        refs.add(driver
            .task(SteadyTaskLoad::square, i, SECOND)
            .maxRetries(10)
            .placement(Placement.spread())
            .remote());
      }
      var ended = new CountDownLatch(count);
      refs.forEach(
          ref -> ref.toCompletableFuture().whenComplete((value, error) -> ended.countDown()));
      int kills = 0;
      while (!ended.await(BETWEEN.toMillis(), TimeUnit.MILLISECONDS)) {
        members.replace(random.nextInt(MEMBERS));
        kills++;
        assertThat(driver.isClosed()).as("the driver was removed").isFalse();
        assertThat(kills)
            .as("kills before %s tasks of a second have ended", count)
            .isLessThan(100);
      }
      for (int i = 0; i < count; i++) {
        assertThat(refs.get(i).get(Duration.ZERO)).isEqualTo((long) i * i);
        refs.get(i).close();
      }
      System.out.println("KillsUnderLoadIT: " + count + " tasks right, " + kills + " kills");
      assertThat(kills).isPositive();
    }
  }

  private static MobulaRuntime driver(RestartableMembers members) {
    return Mobula.init(ClusterTestSupport.settings()
        .join(members.seeds())
        .set("mobula.cluster.join-timeout", "60s")
        .set("mobula.cluster.role", "driver"));
  }
}
