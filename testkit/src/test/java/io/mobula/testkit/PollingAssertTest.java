package io.mobula.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.MobulaRuntime;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@Timeout(600)
@ExtendWith(MobulaExtension.class)
class PollingAssertTest {
  private static final Duration SHORT = Duration.ofMillis(50);

  private final AtomicInteger looks = new AtomicInteger();

  @Test
  void looksUntilItIsSo() throws Exception {
    PollingAssert.until("the third look", () -> looks.incrementAndGet() == 3);
    assertThat(looks).hasValue(3);
    PollingAssert.untilEqual(5, looks::incrementAndGet);
    PollingAssert.spinUntil("the seventh look", () -> looks.incrementAndGet() == 7);
    assertThat(PollingAssert.untilMatches(
            "more than nine looks", looks::incrementAndGet, count -> count > 9))
        .isEqualTo(10);
  }

  @Test
  void saysWhatWasWantedAndWhatWasSeenLast() {
    assertThatThrownBy(
            () -> PollingAssert.untilMatches(SHORT, "it is red", () -> "blue", "red"::equals))
        .isInstanceOf(AssertionError.class)
        .hasMessageStartingWith("Waited in vain until it is red; last seen: blue (after 0.");
  }

  @Test
  void makesTheMessageOnlyOnceAndAtTheEnd() {
    var messages = new AtomicInteger();
    assertThatThrownBy(() -> PollingAssert.until(
            SHORT, () -> "there are " + messages.incrementAndGet(), () -> false))
        .hasMessageContaining("there are 1");
    assertThat(messages).hasValue(1);
  }

  @Test
  void failsWithWhatTheConditionThrows() {
    assertThatThrownBy(() -> PollingAssert.until("anything", () -> {
          throw new java.io.IOException("no file");
        }))
        .isInstanceOf(java.io.IOException.class);
  }

  @Test
  @AllowPending("the test is about a task that goes on")
  void saysWhatIsPending(MobulaRuntime runtime) throws Exception {
    var ref = runtime.task(PollingAssertTest::never).remote();
    PollingAssert.until("it runs", () -> BEGUN.getCount() == 0);
    assertThatThrownBy(() -> PollingAssert.until(SHORT, runtime, "it is done", ref::isReady))
        .hasMessageStartingWith("Waited in vain until it is done. Pending in the runtime: 1")
        .hasMessageContaining("PollingAssertTest.never");
    ref.cancel();
  }

  private static final CountDownLatch BEGUN = new CountDownLatch(1);

  static int never() throws InterruptedException {
    BEGUN.countDown();
    new CountDownLatch(1).await();
    return 0;
  }
}
