package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Test that callbacks on the futures of refs may wait for other such futures. */
class CallbacksTest extends ContractTest {
  private static final int CALLBACKS = 150; // more than there are threads for them

  @Test
  void callbacksThatWaitForOthersAllEnd() throws Exception {
    var first = latch();
    var last = latch();
    // not done yet: otherwise callbacks would run in this thread
    var pending = runtime.task(CallbacksTest::after, first).remote();
    var awaited = runtime.task(CallbacksTest::after, last).remote();
    var begun = new CountDownLatch(64);
    var waiting = new ArrayList<CompletableFuture<Integer>>();
    for (int i = 0; i < CALLBACKS; i++) {
      waiting.add(pending.toCompletableFuture().thenApply(value -> {
        begun.countDown();
        return value + awaited.toCompletableFuture().join();
      }));
    }
    first.open();
    assertThat(begun.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
    last.open();
    int sum = 0;
    for (var each : waiting) {
      sum += each.get(LONG.toSeconds(), TimeUnit.SECONDS);
    }
    assertThat(sum).isEqualTo(2 * CALLBACKS);
  }

  static int after(FileLatch latch) throws Exception {
    latch.await();
    return 1;
  }
}
