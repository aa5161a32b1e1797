package io.mobula.internal.wait;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.WaitReport;
import io.mobula.WaitReport.WaitCause;
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

/** Which chains of waits are reported, and when. */
class WaitWatchTest {
  private static final NodeId OTHER = new NodeId(2);

  private final List<WaitReport> reports = new ArrayList<>();
  private final AtomicInteger needed = new AtomicInteger(2);

  /** Something whose step a test sets. */
  private static final class Link implements Awaited {
    volatile WaitStep step;

    Link(WaitStep step) {
      this.step = step;
    }

    @Override
    public WaitStep waitStep() {
      return step;
    }
  }

  private static Link link(WaitCause how) {
    return new Link(WaitStep.end("it", how));
  }

  private static Link before(Awaited... next) {
    return new Link(WaitStep.via("what comes before", List.of(next)));
  }

  private WaitWatch watch(Awaited... waiting) {
    return watch(ChainWalker.Peers.NOBODY, List.of(waiting));
  }

  private WaitWatch watch(ChainWalker.Peers peers, List<? extends Awaited> waiting) {
    Supplier<Iterator<? extends Awaited>> all = waiting::iterator;
    return new WaitWatch("watch", List.of(all), peers, reports::add, needed::get);
  }

  @Test
  void whatEndsNowhereIsReportedOnceAtTheSecondLook() {
    var end = link(WaitCause.NOBODY);
    var watch = watch(before(end), before(before(end)));
    watch.look(true);
    assertThat(reports).isEmpty();
    watch.look(true);
    watch.look(true);
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
      end.step = WaitStep.end("it", WaitCause.NOBODY).marked(attempt);
      watch.look(true);
    }
    end.step = WaitStep.end("it", WaitCause.RUNNING);
    watch.look(true);
    end.step = WaitStep.end("it", WaitCause.NOBODY).marked(9);
    watch.look(true);
    assertThat(reports).isEmpty();
  }

  @Test
  void aLateLookDoesNotCount() {
    var watch = watch(before(link(WaitCause.NOBODY)));
    watch.look(true);
    watch.look(false);
    watch.look(false);
    assertThat(reports).isEmpty();
    watch.look(true);
    assertThat(reports).hasSize(1);
  }

  @Test
  void onABusyMachineMoreLooksMustFindTheSame() {
    needed.set(10);
    var end = link(WaitCause.NOBODY);
    var watch = watch(before(end));
    for (int look = 1; look < 10; look++) {
      watch.look(true);
    }
    assertThat(reports).isEmpty();
    watch.look(true);
    assertThat(reports).hasSize(1);
  }

  @Test
  void noOtherEndIsReported() {
    for (var how : WaitCause.values()) {
      if (how != WaitCause.NOBODY && how != WaitCause.SILENT_PEER) {
        var watch = watch(before(link(how)));
        watch.look(true);
        watch.look(true);
        assertThat(reports).as("%s", how).isEmpty();
      }
    }
  }

  @Test
  void aSilentProcessIsReported() {
    var many = IntStream.range(0, 100)
        .mapToObj(i -> new Link(WaitStep.anythingOf("it was asked", OTHER)))
        .toList();
    var how = new AtomicReference<>(WaitCause.SILENT_PEER);
    var watch =
        watch((peer, work, nanos) -> WaitStep.end("node " + peer + " is silent", how.get()), many);
    watch.look(true);
    watch.look(true);
    assertThat(reports).hasSize(1); // once, however much waits for it
    assertThat(reports.getFirst().chain()).containsExactly("node " + OTHER + " is silent");
    how.set(WaitCause.PEER);
    watch.look(true);
    how.set(WaitCause.SILENT_PEER);
    watch.look(true);
    assertThat(reports).hasSize(2);
  }

  @Test
  void aLookReportsEightAtMost() {
    var many = IntStream.range(0, 20).mapToObj(i -> link(WaitCause.NOBODY)).toList();
    var watch = watch(ChainWalker.Peers.NOBODY, many);
    watch.look(true);
    watch.look(true);
    assertThat(reports).hasSize(8);
    watch.look(true);
    watch.look(true);
    assertThat(reports).hasSize(20);
  }

  @Test
  void ofSeveralTheWorstCountsUnlessSomeAreSpared() {
    var dead = link(WaitCause.NOBODY);
    var running = link(WaitCause.RUNNING);
    assertThat(endOf(List.of(running, dead), 0)).isEqualTo(WaitCause.NOBODY);
    assertThat(endOf(List.of(running, dead), 1)).isEqualTo(WaitCause.RUNNING);
    assertThat(endOf(List.of(dead, link(WaitCause.NOBODY), running), 1)).isEqualTo(WaitCause.NOBODY);
  }

  private static WaitCause endOf(List<Link> links, int spare) {
    var step = new WaitStep("any of these", 0, 0, new WaitStep.Next.Via(links, spare));
    return ChainWalker.atOnce().walk(new Link(step)).end();
  }

  @Test
  void aCycleAndAChainWithoutEndAreNoReport() {
    var first = link(WaitCause.RUNNING);
    var second = before(first);
    first.step = WaitStep.via("back", second);
    assertThat(ChainWalker.atOnce().walk(first).end()).isEqualTo(WaitCause.UNKNOWN);
    Awaited longest = link(WaitCause.NOBODY);
    for (int i = 0; i < 10_000; i++) {
      longest = before(longest);
    }
    assertThat(ChainWalker.atOnce().walk(longest).end()).isEqualTo(WaitCause.UNKNOWN);
  }

  @Test
  void whoDoesNotAnswerIsNoReport() {
    var never = new Link(WaitStep.asking("it was asked", CompletableFuture::new));
    var answers = new Link(WaitStep.asking(
        "it was asked",
        () -> CompletableFuture.completedFuture(WaitStep.end("it has it", WaitCause.RESOURCES))));
    assertThat(ChainWalker.atOnce().walk(never).end()).isEqualTo(WaitCause.UNKNOWN);
    assertThat(ChainWalker.atOnce().walk(answers).end()).isEqualTo(WaitCause.RESOURCES);
  }

  @Test
  void looksGoOnBehindThoseBefore() {
    var all = new ArrayList<Link>(
        IntStream.range(0, 5_000).mapToObj(i -> link(WaitCause.RUNNING)).toList());
    all.set(4_500, link(WaitCause.NOBODY));
    var watch = watch(ChainWalker.Peers.NOBODY, all);
    for (int i = 0; i < 20 && reports.isEmpty(); i++) {
      watch.look(true);
    }
    assertThat(reports).hasSize(1);
  }

  /** Work that another process has, by number, each since then. */
  private static List<Link> atOther(int count, long since) {
    return IntStream.range(0, count)
        .mapToObj(i -> new Link(
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
    ChainWalker.Peers peers = (peer, work, nanos) -> {
      asked.add(work.id().task());
      return WaitStep.end("it has it", WaitCause.PEER);
    };
    var watch = watch(peers, atOther(1_000, secondsAgo(10)));
    watch.look(true);
    assertThat(asked).hasSize(64);
    for (int look = 1; look < 16; look++) {
      watch.look(true);
    }
    assertThat(asked).hasSize(1_000).doesNotHaveDuplicates();
  }

  @Test
  void ofWhatIsSuspectedAnotherProcessIsAskedInTheNextLook() {
    var all = new ArrayList<>(atOther(1_000, secondsAgo(10)));
    ChainWalker.Peers peers =
        (peer, work, nanos) -> WaitStep.end("it", work.id().task() == 60 ? WaitCause.NOBODY : WaitCause.PEER);
    var watch = watch(peers, all);
    watch.look(true);
    assertThat(reports).isEmpty();
    watch.look(true);
    assertThat(reports).hasSize(1);
  }

  @Test
  void nobodyIsAskedOfWhatHasNotWaitedForAsLongAsTwoLooksAreApart() {
    var asked = new AtomicInteger();
    ChainWalker.Peers peers = (peer, work, nanos) -> {
      asked.incrementAndGet();
      return WaitStep.end("it has nothing of it", WaitCause.NOBODY);
    };
    var young = watch(peers, atOther(10, System.nanoTime() + TimeUnit.MINUTES.toNanos(1)));
    young.look(true);
    young.look(true);
    assertThat(asked).hasValue(0);
    assertThat(reports).isEmpty();
    watch(peers, atOther(10, secondsAgo(3))).look(true);
    assertThat(asked).hasValue(10);
  }

  /** Of which each list has another instance. */
  private record Listed(AtomicReference<WaitCause> end) implements Awaited {
    @Override
    public WaitStep waitStep() {
      return WaitStep.end("it", end.get());
    }
  }

  @Test
  void whatIsListedAnewIsReportedOnceUntilItGoesOn() {
    var cause = new AtomicReference<>(WaitCause.NOBODY);
    Supplier<Iterator<? extends Awaited>> all = () -> List.of(new Listed(cause)).iterator();
    var watch =
        new WaitWatch("watch", List.of(all), ChainWalker.Peers.NOBODY, reports::add, needed::get);
    for (int look = 0; look < 5; look++) {
      watch.look(true);
      System.gc(); // takes what nobody but the watch has
    }
    assertThat(reports).hasSize(1);
    cause.set(WaitCause.RUNNING);
    watch.look(true);
    cause.set(WaitCause.NOBODY);
    watch.look(true);
    watch.look(true);
    assertThat(reports).hasSize(2);
  }

  @Test
  void aBlockedThreadSaysWhatItWaitsFor() throws Exception {
    var blocked = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    var thread = new Thread(
        () -> {
          try (var _ = BlockedThread.enter(OTHER, () -> WaitStep.via("waits", link(WaitCause.TIMER)))) {
            blocked.countDown();
            goOn.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        },
        "waiter");
    thread.start();
    assertThat(blocked.await(10, TimeUnit.SECONDS)).isTrue();
    var chain = ChainWalker.atOnce().walk(BlockedThread.in(OTHER).getFirst());
    assertThat(chain.lines().getFirst()).startsWith("thread waiter waits");
    assertThat(chain.end()).isEqualTo(WaitCause.TIMER);
    assertThat(BlockedThread.of(thread)).isNotNull();
    goOn.countDown();
    thread.join(10_000);
    assertThat(BlockedThread.in(OTHER)).isEmpty();
  }
}
