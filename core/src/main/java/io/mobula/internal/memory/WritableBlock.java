package io.mobula.internal.memory;

import java.lang.foreign.MemorySegment;

/**
 * Room in the store for one object, that one writer fills in place and then seals.
 *
 * <p>Whoever takes a block ends it, with {@link #seal} or {@link #abandon}; a block that is just
 * dropped keeps its memory until the store is closed. Filling may be shared among threads; ending
 * it is one thread's, after the others are done.
 */
public final class WritableBlock {
  private final SealedObject object;

  WritableBlock(SealedObject object) {
    this.object = object;
  }

  /**
   * The memory to fill: writable, 64-byte aligned, exactly as long as asked for. Its content is not
   * cleared: it may be that of an object freed before. It must not be written to after
   * {@link #seal} or {@link #abandon}.
   *
   * @throws IllegalStateException if the block has been sealed or abandoned
   */
  public MemorySegment segment() {
    object.requireState(SlotState.CREATED);
    return object.memory();
  }

  /**
   * Makes the content final and readable by anyone who pins it. Costs one compare-and-set.
   *
   * @throws IllegalStateException if the block has been sealed or abandoned
   */
  public SealedObject seal() {
    object.seal();
    return object;
  }

  /** Gives the memory back unread. Does nothing if the block has been sealed or abandoned. */
  public void abandon() {
    object.abandon();
  }

  @Override
  public String toString() {
    return object.toString();
  }
}
