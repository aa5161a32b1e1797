package io.mobula.internal.memory;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Creating, freeing and reading one current object is linearizable, and a pinned read never meets
 * poison.
 *
 * <p>Stress, not model checking: the words lie outside the heap, where the checker cannot see them.
 */
public class PinsLincheckTest {
  private static final AtomicLongArray MEMORY = new AtomicLongArray(1 << 18);
  private static final SharedTable SHARED = new SharedTable();

  private record Named(long slot, long generation) {}

  private final AtomicReference<Named> current = new AtomicReference<>();

  @AfterAll
  static void close() {
    SHARED.close();
  }

  /** Makes an object the current one, if there is none. */
  @Operation
  public boolean create() {
    long slot = SHARED.table.create(0, 0, 8);
    Named made = new Named(slot, SHARED.generation(slot));
    MEMORY.set((int) slot, made.generation());
    SHARED.table.step(slot, made.generation(), SlotState.CREATED, SlotState.SEALED);
    if (current.compareAndSet(null, made)) {
      return true;
    }
    free(made);
    return false;
  }

  /** Frees the current object, if there is one. */
  @Operation
  public boolean free() {
    Named named = current.getAndSet(null);
    if (named != null) {
      free(named);
    }
    return named != null;
  }

  /**
   * 1 if the current object was read, -1 if there is none; 0, poison, is no result of any sequence.
   */
  @Operation
  public int read() {
    Named named = current.get();
    if (named == null) {
      return -1;
    }
    if (!SHARED.second.pin(named.slot(), named.generation())) {
      reclaim(named);
      return -1;
    }
    int result = MEMORY.get((int) named.slot()) == named.generation() ? 1 : 0;
    if (SHARED.second.unpin(named.slot())) {
      reclaim(named);
    }
    return result;
  }

  private static void free(Named named) {
    SHARED.table.step(named.slot(), named.generation(), SlotState.SEALED, SlotState.CONDEMNED);
    reclaim(named);
  }

  private static void reclaim(Named named) {
    if (SHARED.reclaim(named.slot(), named.generation())) {
      MEMORY.set((int) named.slot(), 0);
      SHARED.table.release(named.slot());
    }
  }

  @Tag("lincheck")
  @Test
  void isLinearizable() {
    new StressOptions()
        .iterations(6)
        .invocationsPerIteration(300)
        .threads(2)
        .actorsPerThread(3)
        .actorsBefore(1)
        .actorsAfter(1)
        .check(PinsLincheckTest.class);
  }
}
