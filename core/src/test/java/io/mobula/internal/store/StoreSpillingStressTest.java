package io.mobula.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.NodeId;
import io.mobula.ObjectRef;
import io.mobula.error.StoreFullException;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.codec.CodecOptions;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.memory.StoreOptions;
import io.mobula.spi.SpillTarget;
import io.mobula.testkit.PollingAssert;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Threads that put, read by copy and by view, replace and close values of four times the store's
 * size, while disks sometimes fail: contents are always right, and nothing is left at the end.
 */
@org.junit.jupiter.api.Timeout(1200) // the last resort: on an overloaded machine it takes long
class StoreSpillingStressTest {
  private static final int CAPACITY = 2 << 20;
  private static final int PLACES = 160;
  private static final int MEAN_BYTES = 4 * CAPACITY / PLACES;
  private static final int THREADS = 4;
  private static final int STEPS = 800;
  private static final Duration LIMIT = Duration.ofSeconds(100);
  private static final Duration ROOM_LIMIT = Duration.ofMinutes(5);

  @TempDir
  Path directory;

  /** Value that any thread may read; the thread that removes it from its place closes it. */
  private record PlacedValue(ObjectRef<?> ref, int size, byte fill) {}

  @ParameterizedTest
  @ValueSource(longs = 41)
  void contentsAreRightAndNothingIsLeft(long seed) throws Exception {
    var target = new HeapSpillTarget();
    target.everyWriteThatFails = 23;
    var memory = SharedStore.open(new StoreOptions(directory, CAPACITY, CAPACITY / 8, false));
    var store = new ObjectStore(
        new NodeId(1),
        Codec.create(CodecOptions.defaults()),
        memory,
        new ObjectStore.Limits(
            1024,
            ROOM_LIMIT,
            new SpillConfig(
                new SpillTarget.SpillSettings(List.of(), 0, 0), 0.9, spillSettings -> target)),
        Runnable::run);
    try {
      var places = new AtomicReferenceArray<PlacedValue>(PLACES);
      run(store, places, seed);
      for (int i = 0; i < PLACES; i++) {
        close(places.getAndSet(i, null));
      }
      PollingAssert.untilCollected("memory is free, seed " + seed, () -> memory.usedBytes() == 0);
      assertThat(target.parts).as("seed %d", seed).isEmpty();
      assertThat(target.reads.get()).as("seed %d", seed).isPositive();
      assertThat(store.usage().spilledBytes()).as("seed %d", seed).isZero();
      assertThat(store.usage().spilledObjects()).as("seed %d", seed).isZero();
    } finally {
      store.close();
    }
  }

  private static void run(ObjectStore store, AtomicReferenceArray<PlacedValue> places, long seed)
      throws Exception {
    var steps = new AtomicInteger();
    var threads =
        Executors.newFixedThreadPool(THREADS, Thread.ofPlatform().daemon().factory());
    try {
      var running = new ArrayList<Future<?>>();
      for (int i = 0; i < THREADS; i++) {
        var random = new Random(seed * 31 + i);
        running.add(threads.submit(() -> work(store, places, random, steps)));
      }
      PollingAssert.until(
          LIMIT,
          () -> THREADS * STEPS + " steps are made, and not " + steps + ", seed " + seed,
          () -> running.stream().allMatch(Future::isDone));
      for (var each : running) {
        each.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static void work(
      ObjectStore store,
      AtomicReferenceArray<PlacedValue> places,
      Random random,
      AtomicInteger steps) {
    for (int step = 0; step < STEPS; step++) {
      steps.incrementAndGet();
      int place = random.nextInt(PLACES);
      if (random.nextInt(4) == 0) {
        close(places.getAndSet(place, put(store, random)));
      } else {
        var placed = places.get(place);
        if (placed != null) {
          read(placed);
        }
      }
    }
  }

  private static PlacedValue put(ObjectStore store, Random random) {
    int size = 2048 + random.nextInt(2 * MEAN_BYTES);
    byte fill = (byte) random.nextInt();
    if (random.nextBoolean()) {
      var bytes = new byte[size];
      java.util.Arrays.fill(bytes, fill);
      return new PlacedValue(store.put(bytes), size, fill);
    }
    try (var room = store.create(size)) {
      room.segment().fill(fill);
      return new PlacedValue(room.seal(), size, fill);
    }
  }

  private static void read(PlacedValue placed) {
    Object value;
    try {
      value = placed.ref().get();
    } catch (StoreFullException e) {
      throw new AssertionError("No room within " + ROOM_LIMIT, e);
    } catch (RuntimeException closed) {
      assertThat(closed.getMessage()).containsAnyOf("closed", "gone", "FREED", "CONDEMNED");
      return;
    }
    byte[] bytes =
        value instanceof MemorySegment view ? view.toArray(ValueLayout.JAVA_BYTE) : (byte[]) value;
    assertThat(bytes).hasSize(placed.size());
    for (byte each : bytes) {
      if (each != placed.fill()) {
        throw new AssertionError("Wanted " + placed.fill() + ", had " + each);
      }
    }
  }

  @SuppressWarnings("NullAway") // an empty place
  private static void close(PlacedValue placed) {
    if (placed != null) {
      placed.ref().close();
    }
  }
}
