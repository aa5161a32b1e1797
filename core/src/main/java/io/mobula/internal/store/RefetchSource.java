package io.mobula.internal.store;

import java.lang.foreign.MemorySegment;

/** Source from which a secondary copy can be fetched again: the node that has the primary copy. */
public interface RefetchSource {

  /**
   * Handles that this store has dropped its copy to free memory; it may be fetched again later.
   * Called by a thread that needs memory, while others wait for it: the method must be quick and
   * must need no memory itself.
   */
  void onDropped();

  /**
   * Fetches the same bytes again, in the thread of a reader.
   *
   * @param target memory of the size of the object
   * @throws io.mobula.error.ObjectLostException when there is no copy any more
   */
  void fetch(MemorySegment target);
}
