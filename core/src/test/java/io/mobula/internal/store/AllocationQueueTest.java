package io.mobula.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.NodeId;
import io.mobula.ObjectRef;
import io.mobula.error.StoreFullException;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.codec.CodecOptions;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.memory.StoreOptions;
import io.mobula.testkit.PollingAssert;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Order of allocations that wait. Times are those of a queue with a full timeout of 400 and a
 * capacity of 800.
 */
@Timeout(60)
class AllocationQueueTest {
  private static final long USE_NANOS = 10_000_000;

  private final AllocationQueue queue = new AllocationQueue(800, 400);

  @Test
  void whoWantsAsMuchOrMoreComesAfterWhoCameBefore() {
    var first = queue.enter(300, 0);
    var asMuch = queue.enter(300, 1);
    var more = queue.enter(400, 2);

    assertThat(queue.mayTry(first, 3)).isTrue();
    assertThat(queue.mayTry(asMuch, 3)).isFalse();
    assertThat(queue.mayTry(more, 3)).isFalse();

    queue.leave(first);
    assertThat(queue.mayTry(asMuch, 3)).isTrue();
    assertThat(queue.mayTry(more, 3)).isFalse();
  }

  @Test
  void whoWantsLessPasses() {
    queue.enter(300, 0);
    var less = queue.enter(200, 1);

    assertThat(queue.mayTry(less, 2)).isTrue();
  }

  @Test
  void whoHasWaitedForAQuarterOfTheTimeHasPrecedenceUntilTheHalfOfIt() {
    var large = queue.enter(700, 0);
    var less = queue.enter(200, 1);
    var small = queue.enter(99, 2);

    assertThat(queue.mayTry(less, 99)).isTrue();
    assertThat(queue.mayTry(less, 100)).isFalse();
    assertThat(queue.mayTry(small, 100)).isTrue();
    assertThat(queue.mayTry(large, 100)).isTrue();
    assertThat(queue.mayTry(less, 199)).isFalse();
    assertThat(queue.mayTry(less, 200)).isTrue();
  }

  @Test
  void whoDoesNotWaitIsRefused() {
    var queued = queue.enter(1, 0);
    queue.leave(queued);

    assertThatIllegalArgumentException().isThrownBy(() -> queue.mayTry(queued, 1));
  }

  private static ObjectStore store(Path directory, int capacity) {
    return new ObjectStore(
        new NodeId(7),
        Codec.create(CodecOptions.defaults()),
        SharedStore.open(new StoreOptions(directory, capacity, capacity, false)),
        new ObjectStore.Limits(1024, Duration.ofSeconds(12)),
        Runnable::run);
  }

  @Test
  void whatIsLargerThanTheStoreIsRefusedAtOnceThoughOthersWait(@TempDir Path directory)
      throws Exception {
    var store = store(directory, 2 << 20);
    var waits = new FutureTask<>(() -> store.put(new byte[1_500_000]));
    var thread = new Thread(waits, "waits for room");
    try (var held = store.put(new byte[1_500_000])) {
      thread.start();
      PollingAssert.until("it waits", () -> thread.getState() == Thread.State.TIMED_WAITING);
      assertThatThrownBy(() -> store.put(new byte[3_000_000]))
          .isInstanceOf(StoreFullException.class);
      assertThat(waits.isDone()).isFalse();
      held.close();
      waits.get().close();
    } finally {
      store.close();
    }
  }

  /**
   * Six threads use a seventh of the store each, and request it again as soon as they have freed
   * it.
   */
  @Test
  void aLargeValueFindsRoomBesideSmallerOnesThatComeAndGo(@TempDir Path directory)
      throws Exception {
    var store = store(directory, 7 << 20);
    var over = new AtomicBoolean();
    var puts = new AtomicLong();
    try (var threads = Executors.newFixedThreadPool(6)) {
      var running = new ArrayList<Future<?>>();
      for (int i = 0; i < 6; i++) {
        running.add(threads.submit(() -> {
          while (!over.get()) {
            try (var _ = store.put(new byte[1_000_000])) {
              puts.incrementAndGet();
              LockSupport.parkNanos(USE_NANOS);
            }
          }
        }));
      }
      PollingAssert.until("the store is in use", () -> puts.get() > 20);
      try (ObjectRef<byte[]> large = store.put(new byte[6_500_000])) {
        assertThat(large.get()).hasSize(6_500_000);
      } finally {
        over.set(true);
      }
      for (var each : running) {
        each.get();
      }
      assertThat(puts).hasPositiveValue();
    } finally {
      over.set(true);
      store.close();
    }
  }
}
