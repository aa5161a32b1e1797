package io.mobula.internal.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.error.RuntimeClosedException;
import io.mobula.error.SubmissionRejectedException;
import io.mobula.internal.wait.BlockedThread;
import io.mobula.testkit.PollingAssert;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Test of the limit of one submitter's pending tasks. */
@Timeout(60)
class AdmissionLimiterTest {
  private static AdmissionLimiter limiter(Duration timeout) {
    return new AdmissionLimiter(new AdmissionLimiter.Limits(2, 100, timeout));
  }

  private static void admit(AdmissionLimiter limiter, long bytes) {
    limiter.admit(() -> "Task body", bytes);
  }

  @Test
  void moreTasksThanAllowedAreRejectedUntilOneEnds() {
    var limiter = limiter(Duration.ZERO);
    admit(limiter, 10);
    admit(limiter, 20);
    assertThatThrownBy(() -> admit(limiter, 1))
        .isInstanceOf(SubmissionRejectedException.class)
        .hasMessageStartingWith(
            "Task body was not submitted: 2 tasks with 30 bytes of arguments are pending");
    limiter.release(20);
    admit(limiter, 1);
  }

  @Test
  void moreBytesThanAllowedAreRejectedUnlessTheTaskIsAlone() {
    var limiter = limiter(Duration.ZERO);
    admit(limiter, 500);
    assertThatThrownBy(() -> admit(limiter, 1)).isInstanceOf(SubmissionRejectedException.class);
    limiter.release(500);
    admit(limiter, 60);
    assertThatThrownBy(() -> admit(limiter, 41)).isInstanceOf(SubmissionRejectedException.class);
    admit(limiter, 40);
  }

  @Test
  void aSubmitterWaitsUntilATaskEnds() throws Exception {
    var limiter = limiter(Duration.ofHours(1));
    admit(limiter, 100);
    var outcome = new AtomicReference<@Nullable Throwable>();
    var submitter = submit(limiter, outcome);
    limiter.release(100);
    submitter.join();
    assertThat(outcome.get()).isNull();
  }

  @Test
  void aSubmitterThatWaitsIsToldWhenTheRuntimeCloses() throws Exception {
    var limiter = limiter(Duration.ofHours(1));
    admit(limiter, 100);
    var outcome = new AtomicReference<@Nullable Throwable>();
    var submitter = submit(limiter, outcome);
    limiter.close();
    submitter.join();
    assertThat(outcome.get())
        .isInstanceOf(RuntimeClosedException.class)
        .hasMessageContaining("Task body waited");
  }

  /** Starts a submitter, and returns when it waits. */
  private static Thread submit(
      AdmissionLimiter limiter, AtomicReference<@Nullable Throwable> outcome) throws Exception {
    var submitter = Thread.ofPlatform().start(() -> {
      try {
        admit(limiter, 1);
      } catch (Throwable thrown) {
        outcome.set(thrown);
      }
    });
    PollingAssert.until("the submitter waits", () -> BlockedThread.of(submitter) != null);
    return submitter;
  }
}
