package io.mobula.gpu.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.gpu.DeviceUsage;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TimeLimitedSourceTest {
  private static final SourceResult NONE = new SourceResult.Answered(List.of(), List.of());

  private final CountDownLatch free = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final AtomicInteger asked = new AtomicInteger();

  private final DeviceSource slow = new DeviceSource() {
    @Override
    public String name() {
      return "slow";
    }

    @Override
    public SourceResult read() {
      asked.incrementAndGet();
      try {
        free.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      return NONE;
    }

    @Override
    public List<DeviceUsage> sample() {
      throw new IllegalStateException("no");
    }

    @Override
    public void close() {
      closed.countDown();
    }
  };

  @Test
  void doesNotWaitForADriverThatHangsAndDoesNotAskItAgain() throws InterruptedException {
    var source = new TimeLimitedSource(slow, Duration.ofMillis(50));
    assertThat(source.read())
        .isEqualTo(SourceResult.broken("slow", "slow does not answer within 50 ms."));
    assertThat(source.read()).isInstanceOf(SourceResult.Broken.class);
    assertThat(source.sample()).isEmpty();
    assertThat(asked).hasValue(1);
    free.countDown();
    SourceResult result = source.read();
    for (long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        result instanceof SourceResult.Broken && System.nanoTime() - end < 0; ) {
      Thread.onSpinWait();
      result = source.read();
    }
    assertThat(result).isEqualTo(NONE);
    source.close();
    assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void anExceptionIsNoMoreThanAWarning() {
    free.countDown();
    var source = new TimeLimitedSource(slow, Duration.ofSeconds(10));
    assertThat(source.sample()).isEmpty();
    assertThat(source.read()).isEqualTo(NONE);
    source.close();
  }

  @Test
  void anInterruptedCallerGoesOnAtOnce() {
    var source = new TimeLimitedSource(slow, Duration.ofSeconds(10));
    Thread.currentThread().interrupt();
    assertThat(source.read()).isInstanceOf(SourceResult.Broken.class);
    assertThat(Thread.interrupted()).isTrue();
    free.countDown();
    source.close();
  }

  @Test
  void closesWithoutWaitingForADriverThatHangs() throws InterruptedException {
    var source = new TimeLimitedSource(slow, Duration.ofMillis(20));
    source.read();
    source.close();
    assertThat(closed.getCount()).isEqualTo(1);
    free.countDown();
    assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
  }
}
