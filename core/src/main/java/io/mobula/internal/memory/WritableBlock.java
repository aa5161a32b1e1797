package io.mobula.internal.memory;

import java.lang.foreign.MemorySegment;

/**
 * Memory in the store for one object, which one writer fills in place and then seals.
 *
 * <p>The taker of a block must end it, with {@link #seal} or {@link #abandon}; a block that is
 * dropped without that keeps its memory until the store is closed. Several threads may fill the
 * block; one thread ends it, after the others are done.
 */
public final class WritableBlock {
  private final SealedObject object;

  WritableBlock(SealedObject object) {
    this.object = object;
  }

  /**
   * Returns the memory to fill: writable, 64-byte aligned, exactly of the requested size. It is not
   * cleared and may have the content of an object that was freed before. It must not be written to
   * after {@link #seal} or {@link #abandon}.
   *
   * @throws IllegalStateException if the block has been sealed or abandoned
   */
  public MemorySegment segment() {
    object.requireState(SlotState.CREATED);
    return object.memory();
  }

  /**
   * Makes the content final and readable by every process that pins it. Costs one compare-and-set.
   *
   * @throws IllegalStateException if the block has been sealed or abandoned
   */
  public SealedObject seal() {
    object.seal();
    return object;
  }

  /**
   * Returns the memory to the store, unread. Does nothing if the block has been sealed or
   * abandoned.
   */
  public void abandon() {
    object.abandon();
  }

  @Override
  public String toString() {
    return object.toString();
  }
}
