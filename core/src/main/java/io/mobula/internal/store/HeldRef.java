package io.mobula.internal.store;

import io.mobula.internal.lane.FrameWriter;
import org.jspecify.annotations.Nullable;

/**
 * A ref or an actor handle that is inside a stored value or among waiting arguments: an edge. It
 * holds what it points to until it is released or unreachable.
 */
public interface HeldRef {

  /** A new ref or handle of the same kind, for somebody who reads the value. */
  Object newReference();

  /** Gives the hold back. Called once. */
  void release();

  /**
   * Writes what another process needs to have a hold of the same kind; its first byte is one of
   * {@link #REF} and {@link #HANDLE}. From now on other processes may hold what this points to.
   */
  void export(FrameWriter out);

  /** The id of the object or actor that it holds. */
  Object target();

  /** The object that it holds, or null if it holds an actor. */
  default @Nullable ObjectEntry heldEntry() {
    return null;
  }

  /** The first byte of an exported ref. */
  int REF = 1;

  /** The first byte of an exported actor handle. */
  int HANDLE = 2;

  /** What can be kept: refs and handles. */
  interface Holdable {
    /**
     * A hold of its own, independent of this ref or handle.
     *
     * @throws io.mobula.error.RefClosedException when it was given back already
     * @throws io.mobula.error.ForeignRefException when it belongs to another runtime than
     *     {@code store}
     */
    HeldRef hold(ObjectStore store);
  }
}
