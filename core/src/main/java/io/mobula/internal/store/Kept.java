package io.mobula.internal.store;

/**
 * A ref or an actor handle that is inside a stored value or among waiting arguments: an edge. It
 * holds what it points to until it is released or unreachable.
 */
public interface Kept {

  /** A new ref or handle of the same kind, for somebody who reads the value. */
  Object revive();

  /** Gives the hold back. Called once. */
  void release();

  /** What can be kept: refs and handles. */
  interface Keepable {
    /**
     * A hold of its own, independent of this ref or handle.
     *
     * @throws io.mobula.error.RefClosedException when it was given back already
     * @throws io.mobula.error.ForeignRefException when it belongs to another runtime than
     *     {@code store}
     */
    Kept keep(ObjectStore store);
  }
}
