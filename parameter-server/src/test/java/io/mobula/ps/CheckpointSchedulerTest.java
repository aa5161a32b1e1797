package io.mobula.ps;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CheckpointSchedulerTest {
  @Test
  void closeWaitsForACheckpointThatIsBeingWritten() throws Exception {
    var begun = new CountDownLatch(1);
    var mayEnd = new CountDownLatch(1);
    var written = new AtomicBoolean();
    var scheduler = new CheckpointScheduler(Duration.ofNanos(1));
    scheduler.start(() -> {
      begun.countDown();
      awaitUninterrupted(mayEnd);
      written.set(true);
    });
    begun.await();
    CompletableFuture.delayedExecutor(200, TimeUnit.MILLISECONDS).execute(mayEnd::countDown);
    scheduler.close();
    assertThat(written).isTrue();
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
