package io.mobula.internal.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.ResultForm;
import io.mobula.contract.FileLatch;
import io.mobula.error.GetTimeoutException;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.store.EntryRef;
import io.mobula.internal.wait.WaitWatchdog;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Tests of what the watchdog of a living node reports, and what not. */
@Timeout(120)
class NodeWaitsTest {
  /** Time of three inspections, so that each wait is seen twice at least. */
  private static final long LOOKS_NANOS = TimeUnit.MILLISECONDS.toNanos(6_500);

  private final BlockingQueue<String> warnings = new LinkedBlockingQueue<>();
  private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
    @Override
    protected void append(ILoggingEvent event) {
      warnings.add(event.getFormattedMessage());
    }
  };

  @TempDir
  Path directory;

  private MobulaRuntime runtime;

  @BeforeEach
  void open() {
    appender.start();
    ((Logger) LoggerFactory.getLogger(WaitWatchdog.class)).addAppender(appender);
    runtime = Mobula.init(Mobula.settings().cpus(2).storeCapacity(16 << 20));
  }

  @AfterEach
  void close() {
    runtime.close();
    ((Logger) LoggerFactory.getLogger(WaitWatchdog.class)).detachAppender(appender);
  }

  static int hold(FileLatch latch) throws Exception {
    latch.await();
    return 1;
  }

  static int plusOne(int value) {
    return value + 1;
  }

  static CompletionStage<Integer> never() {
    return new CompletableFuture<>();
  }

  static Stream<Integer> numbers(FileLatch latch) {
    return Stream.of(1, 2).map(each -> {
      try {
        return each + hold(latch);
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    });
  }

  static final class Holder {
    int hold(FileLatch latch) throws Exception {
      return NodeWaitsTest.hold(latch);
    }
  }

  /** Returns a ref that nothing will ever complete. */
  private ObjectRef<Integer> orphan() {
    var store = ((EntryRef<Integer>) runtime.put(1)).entry().store();
    return store.ref(store.createPending(store.nextTask(), 0, null));
  }

  @Test
  void aRefThatNobodyCompletesIsReportedOnceWithItsWholeChain() throws Exception {
    var orphan = orphan();
    var behind = runtime.task(NodeWaitsTest::plusOne, orphan).remote();
    var reader = Thread.ofPlatform().name("reader").start(() -> {
      try {
        behind.get();
      } catch (RuntimeException closed) {
        warnings.add("ended: " + closed.getMessage());
      }
    });
    assertThat(runtime.whyPending(behind).cause()).isEqualTo(WaitCause.NOBODY);
    assertThatThrownBy(() -> behind.get(Duration.ofMillis(50)))
        .isInstanceOf(GetTimeoutException.class)
        .hasMessageContaining("nothing produces it");
    var report = warnings.poll(50, TimeUnit.SECONDS); // ten inspections on a busy machine
    assertThat(report)
        .contains("NodeWaitsTest.plusOne")
        .contains(orphan.id() + " is pending, and nothing produces it")
        .contains("What to do: This is a fault of Mobula");
    behind.cancel(false);
    reader.join();
    assertThat(warnings)
        .noneMatch(each -> each.contains("nothing produces it")); // reported only once
  }

  @Test
  void nothingThatWillEndIsReported() throws Exception {
    var latch = new FileLatch(directory.resolve("gate").toString());
    List<ObjectRef<?>> refs = new ArrayList<>();
    var long1 = runtime.task(NodeWaitsTest::hold, latch).remote();
    refs.add(long1);
    refs.add(runtime.task(NodeWaitsTest::plusOne, long1).remote());
    var queued = runtime.task(NodeWaitsTest::plusOne, 1).cpus(2).remote(); // behind a long body
    refs.add(queued);
    var actor = runtime.actor(Holder::new).remote();
    refs.add(actor.call(Holder::hold, latch).remote());
    refs.add(actor.call(Holder::hold, latch).remote());
    ObjectRef<Integer> staged =
        runtime.task(NodeWaitsTest::never).cpus(0).remote(ResultForm.async());
    var stream = runtime
        .task(NodeWaitsTest::numbers, latch)
        .cpus(0)
        .maxUnread(1)
        .remote(ResultForm.stream());
    var reader =
        Thread.ofPlatform().start(() -> assertThat(stream.iterator().hasNext()).isTrue());
    long end = System.nanoTime() + LOOKS_NANOS;
    int rounds = 0;
    while (System.nanoTime() - end < 0) { // keeps the node under load
      var many = new ArrayList<ObjectRef<Integer>>();
      for (int i = 0; i < 200; i++) {
        many.add(runtime.task(NodeWaitsTest::plusOne, i).cpus(0).remote());
      }
      assertThat(runtime.get(many).getLast()).isEqualTo(200);
      rounds++;
    }
    assertThat(rounds).isPositive();
    assertThat(warnings).isEmpty();
    assertThat(runtime.whyPending(staged).cause()).isEqualTo(WaitCause.PROGRAM);
    latch.open();
    runtime.get(refs);
    staged.cancel();
    reader.join();
    stream.close();
    assertThat(warnings).isEmpty();
  }
}
