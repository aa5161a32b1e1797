package io.mobula.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.error.StoreException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PinProtocolTest {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long STRESS_NANOS = Duration.ofMillis(1_500).toNanos();
  private static final long POISON = -1;

  @Test
  void pinsOnlyWhatIsSealedAndOfItsGeneration() {
    try (ObjectTableFixture shared = new ObjectTableFixture()) {
      long slot = shared.table.create(0, 0, 64);
      long generation = shared.generation(slot);
      assertThat(shared.first.pin(slot, generation)).isFalse();
      shared.table.transition(slot, generation, SlotState.CREATED, SlotState.SEALED);
      assertThat(shared.first.pin(slot, generation + 1)).isFalse();
      assertThat(shared.matrix.isPinned(slot)).isFalse();
      assertThat(shared.first.pin(slot, generation)).isTrue();
      assertThat(shared.second.pin(slot, generation)).isTrue();
      assertThat(shared.first.unpin(slot)).isFalse();
      assertThat(shared.matrix.isPinned(slot)).isTrue();
      shared.table.transition(slot, generation, SlotState.SEALED, SlotState.CONDEMNED);
      assertThat(shared.first.pin(slot, generation)).isFalse();
      assertThat(shared.reclaim(slot, generation)).isFalse();
      assertThat(shared.second.unpin(slot)).isTrue();
      assertThat(shared.reclaim(slot, generation)).isTrue();
      assertThat(shared.reclaim(slot, generation)).isFalse();
    }
  }

  @Test
  void aRowBelongsToWhoeverClaimedItFirst() {
    try (ObjectTableFixture shared = new ObjectTableFixture()) {
      int row = shared.matrix.addRow();
      assertThat(shared.matrix.claim(row, 79)).isNotNull();
      assertThatThrownBy(() -> shared.matrix.claim(row, 80)).isInstanceOf(StoreException.class);
      assertThatThrownBy(() -> shared.matrix.claim(row, 0))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aRowAddedLateCoversAllSlotsThereAre() {
    try (ObjectTableFixture shared = new ObjectTableFixture()) {
      long last = 0;
      for (int i = 0; i < 2_500; i++) {
        last = shared.table.create(0, 0, 64);
      }
      long generation = shared.generation(last);
      shared.table.transition(last, generation, SlotState.CREATED, SlotState.SEALED);
      PinProtocol late =
          new PinProtocol(shared.table, shared.matrix.claim(shared.matrix.addRow(), 79));
      assertThat(late.pin(last, generation)).isTrue();
      assertThat(shared.matrix.isPinned(last)).isTrue();
    }
  }

  /** Two readers, each with its own row, against a freeing thread that poisons reclaimed memory. */
  @Test
  void aReaderNeverSeesMemoryThatWasTakenBack() throws Exception {
    try (ObjectTableFixture shared = new ObjectTableFixture();
        ExecutorService readers = Executors.newFixedThreadPool(2)) {
      AtomicLongArray memory = new AtomicLongArray(64);
      AtomicLong current = new AtomicLong(unreadable(shared));
      AtomicBoolean done = new AtomicBoolean();
      AtomicLongArray reads = new AtomicLongArray(2);
      List<Future<?>> ends = new ArrayList<>();
      ends.add(
          readers.submit(() -> readUntil(done, shared, shared.first, memory, current, reads, 0)));
      ends.add(
          readers.submit(() -> readUntil(done, shared, shared.second, memory, current, reads, 1)));
      freeFor(STRESS_NANOS, shared, memory, current);
      for (long end = System.nanoTime() + PATIENCE_NANOS; // a reader may be late on a busy machine
          System.nanoTime() - end < 0 && (reads.get(0) == 0 || reads.get(1) == 0); ) {
        freeFor(STRESS_NANOS / 10, shared, memory, current);
      }
      done.set(true);
      for (Future<?> end : ends) {
        end.get(10, TimeUnit.SECONDS);
      }
      assertThat(reads.get(0)).isPositive();
      assertThat(reads.get(1)).isPositive();
      assertThat(shared.table.inUse()).isZero();
    }
  }

  /** Returns a slot to start with: free, but present in the table. */
  private static long unreadable(ObjectTableFixture shared) {
    long slot = shared.table.create(0, 0, 64);
    shared.table.transition(slot, shared.generation(slot), SlotState.CREATED, SlotState.FREED);
    shared.table.release(slot);
    return slot;
  }

  private static void readUntil(
      AtomicBoolean done,
      ObjectTableFixture shared,
      PinProtocol pins,
      AtomicLongArray memory,
      AtomicLong current,
      AtomicLongArray reads,
      int reader) {
    while (!done.get()) {
      long slot = current.get();
      long generation = shared.generation(slot);
      if (pins.pin(slot, generation)) {
        long seen = memory.getPlain((int) slot);
        pins.unpin(slot);
        if (seen != generation) {
          throw new AssertionError("Pinned generation " + generation + ", read " + seen);
        }
        reads.getAndIncrement(reader);
      }
    }
  }

  private static void freeFor(
      long nanos, ObjectTableFixture shared, AtomicLongArray memory, AtomicLong current) {
    for (long end = System.nanoTime() + nanos; System.nanoTime() - end < 0; ) {
      long slot = shared.table.create(0, 0, 64);
      long generation = shared.generation(slot);
      memory.setPlain((int) slot, generation);
      shared.table.transition(slot, generation, SlotState.CREATED, SlotState.SEALED);
      current.set(slot);
      shared.table.transition(slot, generation, SlotState.SEALED, SlotState.CONDEMNED);
      while (!shared.reclaim(slot, generation)) {
        Thread.onSpinWait();
      }
      memory.setPlain((int) slot, POISON);
      shared.table.release(slot);
    }
  }

  /**
   * Repeats the test through the store: readers in several threads share the one row of the
   * process.
   */
  @Test
  void readersOfAStoreNeverSeeMemoryThatWasTakenBack(@TempDir Path base) throws Exception {
    try (SharedStore store = SharedStore.open(new StoreOptions(base, 4_096, 4_096, false));
        ExecutorService readers = Executors.newFixedThreadPool(2)) {
      AtomicReference<SealedObject> current = new AtomicReference<>(fresh(store, 0));
      AtomicBoolean done = new AtomicBoolean();
      List<Future<Long>> reads = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        reads.add(readers.submit(() -> readUntil(done, current)));
      }
      long value = 1;
      for (long end = System.nanoTime() + STRESS_NANOS; System.nanoTime() - end < 0; value++) {
        current.getAndSet(fresh(store, value)).free();
      }
      done.set(true);
      long all = 0;
      for (Future<Long> read : reads) {
        all += read.get(10, TimeUnit.SECONDS);
      }
      assertThat(all).isPositive();
      current.get().free();
      assertThat(store.usedBytes()).isZero();
      assertThat(store.objectCount()).isZero();
    }
  }

  private static SealedObject fresh(SharedStore store, long value) {
    WritableBlock block = store.create(64);
    for (int i = 0; i < 8; i++) {
      block.segment().setAtIndex(ValueLayout.JAVA_LONG, i, value);
    }
    return block.seal();
  }

  private static long readUntil(AtomicBoolean done, AtomicReference<SealedObject> current) {
    long reads = 0;
    while (!done.get()) {
      SealedObject object = current.get();
      try {
        reads += object.read(PinProtocolTest::requireWhole);
      } catch (IllegalStateException freed) {
        continue;
      }
    }
    return reads;
  }

  private static int requireWhole(MemorySegment content) {
    long first = content.get(ValueLayout.JAVA_LONG, 0);
    for (int i = 0; i < 64; i++) {
      if (content.getAtIndex(ValueLayout.JAVA_LONG, i & 7) != first) {
        throw new AssertionError("Read a torn object");
      }
    }
    return 1;
  }
}
