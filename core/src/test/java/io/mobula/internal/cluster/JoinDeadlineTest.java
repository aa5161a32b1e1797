package io.mobula.internal.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Tests of how long joining may take, with a manual clock. */
class JoinDeadlineTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  // System.nanoTime may overflow
  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 7);
  private final JoinDeadline deadline = new JoinDeadline(TIMEOUT, clock::get);

  @Test
  void withoutProgressItIsTheJoinTimeout() {
    after(19);
    assertThat(deadline.remainingNanos()).isEqualTo(TimeUnit.SECONDS.toNanos(1));
    after(1);
    assertThat(deadline.remainingNanos()).isZero();
    assertThat(deadline.describe())
        .contains("no seed has answered")
        .contains("PT20S in all, the last PT20S without progress")
        .contains("mobula.cluster.join-timeout is PT20S");
  }

  @Test
  void eachProgressGivesItAsLongAgain() {
    after(19);
    deadline.extend("a seed has answered");
    after(19);
    deadline.extend("this node is joining");
    assertThat(deadline.remainingNanos()).isEqualTo(TIMEOUT.toNanos());
    after(20);
    assertThat(deadline.remainingNanos()).isZero();
    assertThat(deadline.describe())
        .contains("this node is joining")
        .contains("PT58S in all, the last PT20S without progress");
  }

  @Test
  void inAllItIsSixJoinTimeoutsHoweverMuchProgressThereIs() {
    int seconds = 0;
    while (deadline.remainingNanos() > 0) {
      deadline.extend("a member has come");
      after(1);
      seconds++;
    }
    assertThat(seconds).isEqualTo(120);
    assertThat(JoinDeadline.maxDuration(TIMEOUT)).isEqualTo(Duration.ofSeconds(120));
  }

  @Test
  void aTimeoutWithoutMeasureDoesNotOverflow() {
    var longest = new JoinDeadline(Duration.ofSeconds(Long.MAX_VALUE), clock::get);
    longest.extend("a seed has answered");
    assertThat(longest.remainingNanos()).isPositive();
    assertThat(JoinDeadline.maxDuration(Duration.ofSeconds(Long.MAX_VALUE))).isPositive();
  }

  private void after(int seconds) {
    clock.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
  }
}
