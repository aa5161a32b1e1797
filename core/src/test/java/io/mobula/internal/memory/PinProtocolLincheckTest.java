package io.mobula.internal.memory;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Test that creating, freeing and reading one current object is linearizable, and that a pinned
 * read never returns the poison value.
 *
 * <p>This is stress testing, not model checking: the words lie outside the heap, where the checker
 * does not see them.
 */
public class PinProtocolLincheckTest {
  private static final AtomicLongArray MEMORY = new AtomicLongArray(1 << 18);
  private static final ObjectTableFixture SHARED = new ObjectTableFixture();

  private record SlotGeneration(long slot, long generation) {}

  private final AtomicReference<SlotGeneration> current = new AtomicReference<>();

  @AfterAll
  static void close() {
    SHARED.close();
  }

  /** Creates the current object, if there is none. */
  @Operation
  public boolean create() {
    long slot = SHARED.table.create(0, 0, 8);
    SlotGeneration made = new SlotGeneration(slot, SHARED.generation(slot));
    MEMORY.set((int) slot, made.generation());
    SHARED.table.transition(slot, made.generation(), SlotState.CREATED, SlotState.SEALED);
    if (current.compareAndSet(null, made)) {
      return true;
    }
    free(made);
    return false;
  }

  /** Frees the current object, if there is one. */
  @Operation
  public boolean free() {
    SlotGeneration slotGeneration = current.getAndSet(null);
    if (slotGeneration != null) {
      free(slotGeneration);
    }
    return slotGeneration != null;
  }

  /**
   * Returns 1 if the current object was read and -1 if there is none; 0, the poison value, is not
   * the result of any sequence.
   */
  @Operation
  public int read() {
    SlotGeneration slotGeneration = current.get();
    if (slotGeneration == null) {
      return -1;
    }
    if (!SHARED.second.pin(slotGeneration.slot(), slotGeneration.generation())) {
      reclaim(slotGeneration);
      return -1;
    }
    int result = MEMORY.get((int) slotGeneration.slot()) == slotGeneration.generation() ? 1 : 0;
    if (SHARED.second.unpin(slotGeneration.slot())) {
      reclaim(slotGeneration);
    }
    return result;
  }

  private static void free(SlotGeneration slotGeneration) {
    SHARED.table.transition(
        slotGeneration.slot(), slotGeneration.generation(), SlotState.SEALED, SlotState.CONDEMNED);
    reclaim(slotGeneration);
  }

  private static void reclaim(SlotGeneration slotGeneration) {
    if (SHARED.reclaim(slotGeneration.slot(), slotGeneration.generation())) {
      MEMORY.set((int) slotGeneration.slot(), 0);
      SHARED.table.release(slotGeneration.slot());
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
        .check(PinProtocolLincheckTest.class);
  }
}
