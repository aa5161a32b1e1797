package io.mobula.internal.store;

import io.mobula.internal.lane.FrameWriter;
import org.jspecify.annotations.Nullable;

/**
 * Ref or actor handle inside a stored value or among waiting arguments: an edge of the object
 * graph. It holds its target until it is released or unreachable.
 */
public interface HeldRef {

  /** Creates a ref or handle of the same kind, for a reader of the value. */
  Object newReference();

  /** Releases the hold on the target. Called once. */
  void release();

  /**
   * Writes what another process needs to create a hold of the same kind; the first byte is
   * {@link #REF} or {@link #HANDLE}. From now on other processes may hold the target.
   */
  void export(FrameWriter out);

  /** Returns the id of the object or actor that is held. */
  Object target();

  /** Returns the object that is held, or null if it is an actor. */
  default @Nullable ObjectEntry heldEntry() {
    return null;
  }

  /** First byte of an exported ref. */
  int REF = 1;

  /** First byte of an exported actor handle. */
  int HANDLE = 2;

  /** Ref or handle that a hold can be made from. */
  interface Holdable {
    /**
     * Creates a separate hold, independent of this ref or handle.
     *
     * @throws io.mobula.error.RefClosedException when this ref or handle has been closed
     * @throws io.mobula.error.ForeignRefException when it belongs to another runtime than
     *     {@code store}
     */
    HeldRef hold(ObjectStore store);
  }
}
