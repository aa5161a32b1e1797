package io.mobula.internal.store;

import java.lang.foreign.MemorySegment;

/** Where a secondary copy came from and can be had again: the node that has the primary one. */
public interface RefetchSource {

  /**
   * The copy in this store has been dropped to make room; it may be fetched again later. Called by
   * a thread that wants room, while others wait for it: it must be quick and want none itself.
   */
  void onDropped();

  /**
   * Brings the same bytes once more, in the thread of somebody who reads.
   *
   * @param target as long as the object
   * @throws io.mobula.error.ObjectLostException when there is no copy any more
   */
  void fetch(MemorySegment target);
}
