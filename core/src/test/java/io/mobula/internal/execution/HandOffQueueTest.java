package io.mobula.internal.execution;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.internal.lane.SpinWait;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Test of a queue that takes work only for a thread that waits. */
@Timeout(60)
class HandOffQueueTest {
  private final HandOffQueue queue = new HandOffQueue(() -> SpinWait.NONE);

  @Test
  void refusesWorkThatNoThreadWaitsFor() {
    assertThat(queue.offer(() -> {})).isFalse();
    assertThat(queue).isEmpty();
  }

  @Test
  void givesWorkToAThreadThatWaits() throws Exception {
    Runnable work = () -> {};
    var taken = new CompletableFuture<Runnable>();
    var idle = Thread.ofVirtual().start(() -> {
      try {
        taken.complete(queue.poll(30, TimeUnit.SECONDS));
      } catch (InterruptedException e) {
        taken.completeExceptionally(e);
      }
    });
    while (!queue.hasWaitingConsumer() && idle.isAlive()) {
      Thread.onSpinWait();
    }
    assertThat(queue.offer(work)).isTrue();
    assertThat(taken.get(30, TimeUnit.SECONDS)).isSameAs(work);
  }

  @Test
  void queuedWorkIsTakenBeforeAThreadWaits() throws Exception {
    Runnable first = () -> {};
    queue.put(first);
    assertThat(queue.poll(0, TimeUnit.SECONDS)).isSameAs(first);
    assertThat(queue.poll(0, TimeUnit.SECONDS)).isNull();
  }
}
