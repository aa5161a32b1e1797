package io.mobula.internal.sharing;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.internal.sharing.ClusterGarbageCollection.CollectorRun;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Pauses between two garbage collections that a process runs for others. */
class ClusterGarbageCollectionTest {
  private static CollectorRun run(long endMillis, long costMillis) {
    return new CollectorRun(
        TimeUnit.MILLISECONDS.toNanos(endMillis), TimeUnit.MILLISECONDS.toNanos(costMillis), 0);
  }

  private static long millis(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(nanos);
  }

  @Test
  void aRunThatFoundSomethingIsFollowedByAnotherSoon() {
    assertThat(millis(run(1000, 20).nextWhereFound())).isEqualTo(1080);
    assertThat(millis(run(1000, 300).nextWhereFound())).isEqualTo(2200);
    assertThat(millis(run(1000, 60_000).nextWhereFound())).isEqualTo(3500);
  }

  @Test
  void aRunThatFoundNothingIsNotRepeatedWithinASecond() {
    assertThat(millis(run(1000, 20).next())).isEqualTo(2000);
    assertThat(millis(run(1000, 200).next())).isEqualTo(3000);
    assertThat(millis(run(1000, 60_000).next())).isEqualTo(3500);
  }
}
