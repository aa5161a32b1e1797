package io.mobula.internal.wait;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.info.WaitReport;
import io.mobula.info.WaitReport.WaitCause;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Test of which chains of waits are reported, and when. */
class WaitWatchdogTest {
  private static final NodeId OTHER = new NodeId(2);

  private final List<WaitReport> reports = new ArrayList<>();
  private final AtomicInteger needed = new AtomicInteger(2);

  /** Wait point whose step a test sets. */
  private static final class SettableWaitPoint implements WaitPoint {
    volatile WaitStep step;

    SettableWaitPoint(WaitStep step) {
      this.step = step;
    }

    @Override
    public WaitStep waitStep() {
      return step;
    }
  }

  private static SettableWaitPoint link(WaitCause how) {
    return new SettableWaitPoint(WaitStep.end("it", how));
  }

  private static SettableWaitPoint before(WaitPoint... next) {
    return new SettableWaitPoint(WaitStep.via("what comes before", List.of(next)));
  }

  private WaitWatchdog watch(WaitPoint... waiting) {
    return watch(WaitChainWalker.PeerQueries.NOBODY, List.of(waiting));
  }

  private WaitWatchdog watch(WaitChainWalker.PeerQueries peers, List<? extends WaitPoint> waiting) {
    Supplier<Iterator<? extends WaitPoint>> all = waiting::iterator;
    return new WaitWatchdog("watch", List.of(all), peers, reports::add, needed::get);
  }

  @Test
  void whatEndsNowhereIsReportedOnceAtTheSecondLook() {
    var end = link(WaitCause.NOBODY);
    var watch = watch(before(end), before(before(end)));
    watch.inspect(true);
    assertThat(reports).isEmpty();
    watch.inspect(true);
    watch.inspect(true);
    assertThat(reports).hasSize(1);
    assertThat(reports.getFirst().cause()).isEqualTo(WaitCause.NOBODY);
    assertThat(reports.getFirst().text())
        .contains("what comes before")
        .contains("- it")
        .contains("fault of Mobula");
  }

  @Test
  void aLookInTheMiddleOfAStepIsNoReport() {
    var end = link(WaitCause.NOBODY);
    var watch = watch(before(end));
    for (int attempt = 0; attempt < 10; attempt++) {
      end.step = WaitStep.end("it", WaitCause.NOBODY).withVersion(attempt);
      watch.inspect(true);
    }
    end.step = WaitStep.end("it", WaitCause.RUNNING);
    watch.inspect(true);
    end.step = WaitStep.end("it", WaitCause.NOBODY).withVersion(9);
    watch.inspect(true);
    assertThat(reports).isEmpty();
  }

  @Test
  void aLateLookDoesNotCount() {
    var watch = watch(before(link(WaitCause.NOBODY)));
    watch.inspect(true);
    watch.inspect(false);
    watch.inspect(false);
    assertThat(reports).isEmpty();
    watch.inspect(true);
    assertThat(reports).hasSize(1);
  }

  @Test
  void onABusyMachineMoreLooksMustFindTheSame() {
    needed.set(10);
    var end = link(WaitCause.NOBODY);
    var watch = watch(before(end));
    for (int look = 1; look < 10; look++) {
      watch.inspect(true);
    }
    assertThat(reports).isEmpty();
    watch.inspect(true);
    assertThat(reports).hasSize(1);
  }

  @Test
  void noOtherEndIsReported() {
    for (var how : WaitCause.values()) {
      if (how != WaitCause.NOBODY && how != WaitCause.SILENT_PEER) {
        var watch = watch(before(link(how)));
        watch.inspect(true);
        watch.inspect(true);
        assertThat(reports).as("%s", how).isEmpty();
      }
    }
  }

  @Test
  void aSilentProcessIsReported() {
    var many = IntStream.range(0, 100)
        .mapToObj(i -> new SettableWaitPoint(WaitStep.anythingOf("it was asked", OTHER)))
        .toList();
    var how = new AtomicReference<>(WaitCause.SILENT_PEER);
    var watch =
        watch((peer, work, nanos) -> WaitStep.end("node " + peer + " is silent", how.get()), many);
    watch.inspect(true);
    watch.inspect(true);
    assertThat(reports).hasSize(1); // once, however many wait for it
    assertThat(reports.getFirst().chain()).containsExactly("node " + OTHER + " is silent");
    how.set(WaitCause.PEER);
    watch.inspect(true);
    how.set(WaitCause.SILENT_PEER);
    watch.inspect(true);
    assertThat(reports).hasSize(2);
  }

  @Test
  void aLookReportsEightAtMost() {
    var many = IntStream.range(0, 20).mapToObj(i -> link(WaitCause.NOBODY)).toList();
    var watch = watch(WaitChainWalker.PeerQueries.NOBODY, many);
    watch.inspect(true);
    watch.inspect(true);
    assertThat(reports).hasSize(8);
    watch.inspect(true);
    watch.inspect(true);
    assertThat(reports).hasSize(20);
  }

  @Test
  void ofSeveralTheWorstCountsUnlessSomeAreSpared() {
    var dead = link(WaitCause.NOBODY);
    var running = link(WaitCause.RUNNING);
    assertThat(endOf(List.of(running, dead), 0)).isEqualTo(WaitCause.NOBODY);
    assertThat(endOf(List.of(running, dead), 1)).isEqualTo(WaitCause.RUNNING);
    assertThat(endOf(List.of(dead, link(WaitCause.NOBODY), running), 1))
        .isEqualTo(WaitCause.NOBODY);
  }

  private static WaitCause endOf(List<SettableWaitPoint> settableWaitPoints, int spare) {
    var step =
        new WaitStep("any of these", 0, 0, new WaitStep.Next.WaitPoints(settableWaitPoints, spare));
    return WaitChainWalker.nonBlocking().walk(new SettableWaitPoint(step)).end();
  }

  @Test
  void aCycleAndAChainWithoutEndAreNoReport() {
    var first = link(WaitCause.RUNNING);
    var second = before(first);
    first.step = WaitStep.via("back", second);
    assertThat(WaitChainWalker.nonBlocking().walk(first).end()).isEqualTo(WaitCause.UNKNOWN);
    WaitPoint longest = link(WaitCause.NOBODY);
    for (int i = 0; i < 10_000; i++) {
      longest = before(longest);
    }
    assertThat(WaitChainWalker.nonBlocking().walk(longest).end()).isEqualTo(WaitCause.UNKNOWN);
  }

  @Test
  void whoDoesNotAnswerIsNoReport() {
    var never = new SettableWaitPoint(WaitStep.asking("it was asked", CompletableFuture::new));
    var answers = new SettableWaitPoint(WaitStep.asking(
        "it was asked",
        () -> CompletableFuture.completedFuture(WaitStep.end("it has it", WaitCause.RESOURCES))));
    assertThat(WaitChainWalker.nonBlocking().walk(never).end()).isEqualTo(WaitCause.UNKNOWN);
    assertThat(WaitChainWalker.nonBlocking().walk(answers).end()).isEqualTo(WaitCause.RESOURCES);
  }

  @Test
  void looksGoOnBehindThoseBefore() {
    var all = new ArrayList<SettableWaitPoint>(
        IntStream.range(0, 5_000).mapToObj(i -> link(WaitCause.RUNNING)).toList());
    all.set(4_500, link(WaitCause.NOBODY));
    var watch = watch(WaitChainWalker.PeerQueries.NOBODY, all);
    for (int i = 0; i < 20 && reports.isEmpty(); i++) {
      watch.inspect(true);
    }
    assertThat(reports).hasSize(1);
  }

  /** Makes wait points for numbered work of another process, each waiting since then. */
  private static List<SettableWaitPoint> atOther(int count, long since) {
    return IntStream.range(0, count)
        .mapToObj(i -> new SettableWaitPoint(
            WaitStep.elsewhere("it was sent", OTHER, WaitStep.Work.value(new ObjectId(1, i, 0)))
                .since(since)))
        .toList();
  }

  private static long secondsAgo(long seconds) {
    return System.nanoTime() - TimeUnit.SECONDS.toNanos(seconds);
  }

  @Test
  void aLookAsksAnotherProcessAFewThingsAndTheNextLooksAskTheRest() {
    var asked = new ArrayList<Long>();
    WaitChainWalker.PeerQueries peers = (peer, work, nanos) -> {
      asked.add(work.id().task());
      return WaitStep.end("it has it", WaitCause.PEER);
    };
    var watch = watch(peers, atOther(1_000, secondsAgo(10)));
    watch.inspect(true);
    assertThat(asked).hasSize(64);
    for (int look = 1; look < 16; look++) {
      watch.inspect(true);
    }
    assertThat(asked).hasSize(1_000).doesNotHaveDuplicates();
  }

  @Test
  void ofWhatIsSuspectedAnotherProcessIsAskedInTheNextLook() {
    var all = new ArrayList<>(atOther(1_000, secondsAgo(10)));
    WaitChainWalker.PeerQueries peers = (peer, work, nanos) ->
        WaitStep.end("it", work.id().task() == 60 ? WaitCause.NOBODY : WaitCause.PEER);
    var watch = watch(peers, all);
    watch.inspect(true);
    assertThat(reports).isEmpty();
    watch.inspect(true);
    assertThat(reports).hasSize(1);
  }

  @Test
  void nobodyIsAskedOfWhatHasNotWaitedForAsLongAsTwoLooksAreApart() {
    var asked = new AtomicInteger();
    WaitChainWalker.PeerQueries peers = (peer, work, nanos) -> {
      asked.incrementAndGet();
      return WaitStep.end("it has nothing of it", WaitCause.NOBODY);
    };
    var young = watch(peers, atOther(10, System.nanoTime() + TimeUnit.MINUTES.toNanos(1)));
    young.inspect(true);
    young.inspect(true);
    assertThat(asked).hasValue(0);
    assertThat(reports).isEmpty();
    watch(peers, atOther(10, secondsAgo(3))).inspect(true);
    assertThat(asked).hasValue(10);
  }

  /** Wait point of which each list has another instance. */
  private record ListedWaitPoint(AtomicReference<WaitCause> end) implements WaitPoint {
    @Override
    public WaitStep waitStep() {
      return WaitStep.end("it", end.get());
    }
  }

  @Test
  void whatIsListedAnewIsReportedOnceUntilItGoesOn() {
    var cause = new AtomicReference<>(WaitCause.NOBODY);
    Supplier<Iterator<? extends WaitPoint>> all =
        () -> List.of(new ListedWaitPoint(cause)).iterator();
    var watch = new WaitWatchdog(
        "watch", List.of(all), WaitChainWalker.PeerQueries.NOBODY, reports::add, needed::get);
    for (int look = 0; look < 5; look++) {
      watch.inspect(true);
      System.gc(); // collects what only the watchdog references
    }
    assertThat(reports).hasSize(1);
    cause.set(WaitCause.RUNNING);
    watch.inspect(true);
    cause.set(WaitCause.NOBODY);
    watch.inspect(true);
    watch.inspect(true);
    assertThat(reports).hasSize(2);
  }

  @Test
  void aBlockedThreadSaysWhatItWaitsFor() throws Exception {
    var blocked = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    var thread = new Thread(
        () -> {
          try (var _ =
              BlockedThread.enter(OTHER, () -> WaitStep.via("waits", link(WaitCause.TIMER)))) {
            blocked.countDown();
            goOn.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        },
        "waiter");
    thread.start();
    assertThat(blocked.await(10, TimeUnit.SECONDS)).isTrue();
    var chain = WaitChainWalker.nonBlocking().walk(BlockedThread.in(OTHER).getFirst());
    assertThat(chain.lines().getFirst()).startsWith("thread waiter waits");
    assertThat(chain.end()).isEqualTo(WaitCause.TIMER);
    assertThat(BlockedThread.of(thread)).isNotNull();
    goOn.countDown();
    thread.join(10_000);
    assertThat(BlockedThread.in(OTHER)).isEmpty();
  }
}
