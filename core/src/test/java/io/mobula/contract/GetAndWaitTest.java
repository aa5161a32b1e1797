package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ObjectRef;
import io.mobula.error.GetTimeoutException;
import io.mobula.error.InvalidRequestException;
import io.mobula.error.TaskFailedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Test of waiting for results: {@code get} of one and of many, {@code wait}, futures. */
class GetAndWaitTest extends ContractTest {

  static int after(FileLatch latch, int value) throws Exception {
    latch.await();
    if (value < 0) {
      throw new IllegalArgumentException("negative " + value);
    }
    return value;
  }

  private ObjectRef<Integer> later(FileLatch latch, int value) {
    return runtime.task(GetAndWaitTest::after, latch, value).cpus(0).remote();
  }

  @Test
  void getOfManyKeepsTheirOrder() throws Exception {
    var slow = latch();
    var quick = latch();
    var refs = List.of(later(slow, 1), later(quick, 2), runtime.put(3));
    quick.open();
    refs.get(1).get();
    slow.open();
    assertThat(runtime.get(refs)).containsExactly(1, 2, 3);
    assertThat(runtime.get(List.<ObjectRef<Integer>>of())).isEmpty();
    assertThat(runtime.get(List.of(refs.get(0), refs.get(0)))).containsExactly(1, 1);
  }

  @Test
  void getOfManyFailsAtTheFirstFailureAndDoesNotWaitForTheRest() throws Exception {
    var never = latch();
    var bad = latch();
    var refs = List.of(later(never, 1), later(bad, -7), later(never, 2));
    bad.open();
    assertThatThrownBy(() -> runtime.get(refs, LONG))
        .isInstanceOf(TaskFailedException.class)
        .rootCause()
        .hasMessage("negative -7");
    assertThat(refs.get(0).isReady()).isFalse();
    never.open();
    assertThat(refs.get(2).get()).isEqualTo(2);
  }

  @Test
  void getHasADeadlineAndCancelsNothing() throws Exception {
    var latch = latch();
    var ref = later(latch, 4);
    assertThatThrownBy(() -> ref.get(Duration.ofMillis(20)))
        .isInstanceOf(GetTimeoutException.class)
        .hasMessageContaining(ref.id().toString())
        .hasMessageContaining("PT0.02S");
    assertThatThrownBy(() -> runtime.get(List.of(runtime.put(1), ref), Duration.ofMillis(20)))
        .isInstanceOf(GetTimeoutException.class)
        .hasMessageContaining("1 of 2");
    latch.open();
    assertThat(ref.get()).isEqualTo(4);
  }

  @Test
  void zeroLooksOnceAndDoesNotWait() throws Exception {
    var latch = latch();
    var ref = later(latch, 4);
    assertThatThrownBy(() -> ref.get(Duration.ZERO)).isInstanceOf(GetTimeoutException.class);
    assertThat(runtime.wait(List.of(ref), 1, Duration.ZERO).ready()).isEmpty();
    latch.open();
    ref.get();
    assertThat(ref.get(Duration.ZERO)).isEqualTo(4);
    assertThat(runtime.wait(List.of(ref), 1, Duration.ZERO).ready()).containsExactly(ref);
  }

  @Test
  void waitGivesTheFirstThatAreReadyInTheOrderGiven() throws Exception {
    var latchs = List.of(latch(), latch(), latch(), latch());
    var refs = new ArrayList<ObjectRef<Integer>>();
    for (int i = 0; i < 4; i++) {
      refs.add(later(latchs.get(i), i));
    }
    latchs.get(3).open();
    latchs.get(1).open();
    var waitResult = runtime.wait(refs, 2, LONG);
    assertThat(waitResult.ready()).containsExactly(refs.get(1), refs.get(3));
    assertThat(waitResult.pending()).containsExactly(refs.get(0), refs.get(2));
    latchs.get(0).open();
    latchs.get(2).open();
    runtime.get(refs);
    var one = runtime.wait(refs, 1, LONG);
    assertThat(one.ready()).containsExactly(refs.get(0));
    assertThat(one.pending()).containsExactly(refs.get(1), refs.get(2), refs.get(3));
    assertThat(runtime.wait(refs, 4, LONG).pending()).isEmpty();
  }

  @Test
  void waitEndsAtItsDeadlineWithWhatThereIs() throws Exception {
    var never = latch();
    var refs = List.of(later(never, 1), runtime.put(2));
    var waitResult = runtime.wait(refs, 2, Duration.ofMillis(50));
    assertThat(waitResult.ready()).containsExactly(refs.get(1));
    assertThat(waitResult.pending()).containsExactly(refs.get(0));
    never.open();
  }

  @Test
  void aFailureIsReady() {
    var bad = runtime.task(Integer::parseInt, "x").remote();
    var waitResult = runtime.wait(List.of(bad), 1, LONG);
    assertThat(waitResult.ready()).containsExactly(bad);
    assertThat(bad.isReady()).isTrue();
  }

  @Test
  void waitForWhatCannotBeIsRefused() {
    var a = runtime.put(1);
    var b = runtime.put(2);
    assertThatThrownBy(() -> runtime.wait(List.of(a, b), 3, LONG))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("3 of 2");
    assertThatThrownBy(() -> runtime.wait(List.of(a, b), 0, LONG))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> runtime.wait(List.of(a, b), -1, LONG))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> runtime.wait(List.<ObjectRef<Integer>>of(), 1, LONG))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> runtime.wait(List.of(a, b, a), 1, LONG))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("twice");
    assertThatThrownBy(
            () -> runtime.wait(Collections.singletonList((ObjectRef<Integer>) null), 1, LONG))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> runtime.get((List<ObjectRef<Integer>>) null))
        .isInstanceOf(NullPointerException.class);
  }

  @Test
  void resultsAreWorkedOnAsTheyCome() {
    var random = new Random(5);
    var pending = new ArrayList<ObjectRef<Integer>>();
    for (int i = 0; i < 100; i++) {
      pending.add(runtime.task((Integer x) -> x, random.nextInt(100)).remote());
    }
    int seen = 0;
    List<ObjectRef<Integer>> rest = pending;
    while (!rest.isEmpty()) {
      var waitResult = runtime.wait(rest, 1, LONG);
      assertThat(waitResult.ready()).hasSize(1);
      seen++;
      rest = waitResult.pending();
    }
    assertThat(seen).isEqualTo(100);
  }

  @Test
  void manyThreadsMayWaitForOneRef() throws Exception {
    var latch = latch();
    var ref = later(latch, 6);
    var futures = new ArrayList<java.util.concurrent.Future<Integer>>();
    try (var threads = java.util.concurrent.Executors.newFixedThreadPool(8)) {
      for (int i = 0; i < 8; i++) {
        futures.add(threads.submit(() -> ref.get()));
      }
      latch.open();
      for (var future : futures) {
        assertThat(future.get(30, TimeUnit.SECONDS)).isEqualTo(6);
      }
    }
  }

  @Test
  void aRefBecomesAFuture() throws Exception {
    var latch = latch();
    var ref = later(latch, 3);
    var future = ref.toCompletableFuture();
    assertThat(future).isNotDone();
    latch.open();
    assertThat(future.thenApply(x -> x + 1).get(30, TimeUnit.SECONDS)).isEqualTo(4);
    assertThat(ref.toCompletableFuture().get(30, TimeUnit.SECONDS)).isEqualTo(3);
  }

  @Test
  void aFailureBecomesAFutureThatFailed() {
    var bad = runtime.task(Integer::parseInt, "x").remote();
    assertThatThrownBy(() -> bad.toCompletableFuture().get(30, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(TaskFailedException.class)
        .hasCauseInstanceOf(NumberFormatException.class);
    assertThatThrownBy(() -> bad.toCompletableFuture().thenApply(x -> x).join())
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(TaskFailedException.class);
  }

  @Test
  void cancellingAFutureLeavesTheTaskAlone() throws Exception {
    var latch = latch();
    var ref = later(latch, 3);
    ref.toCompletableFuture().cancel(true);
    latch.open();
    assertThat(ref.get()).isEqualTo(3);
  }

  @Test
  void aBlockingFollowerOfAFutureStopsNothingElse() throws Exception {
    var latch = latch();
    var start = latch();
    var trigger = later(start, 1);
    var blocked = later(latch, 1);
    var followers = new ArrayList<CompletableFuture<Integer>>();
    for (int i = 0;
        i < 10;
        i++) { // attached before there is a value; otherwise they would run in this thread
      followers.add(trigger.toCompletableFuture().thenApply(x -> blocked.get()));
    }
    start.open();
    assertThat(trigger.get(LONG)).isEqualTo(1);
    assertThat(runtime.task((Integer x) -> x, 5).remote().get(LONG)).isEqualTo(5);
    latch.open();
    for (var follower : followers) {
      assertThat(follower.get(30, TimeUnit.SECONDS)).isEqualTo(1);
    }
  }

  @Test
  void aFutureHasItsValueEvenIfItsRefIsClosedMeanwhile() throws Exception {
    var latch = latch();
    var ref = later(latch, 7);
    var future = ref.toCompletableFuture();
    ref.close();
    latch.open();
    assertThat(future.get(30, TimeUnit.SECONDS)).isEqualTo(7);
  }
}
