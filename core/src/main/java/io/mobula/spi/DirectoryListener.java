package io.mobula.spi;

import io.mobula.ObjectId;

/**
 * What the directory tells its node; on a thread of the actor system, which must not be blocked.
 */
public interface DirectoryListener {

  /**
   * Nobody holds the object: whatever this node has or makes of it is to go. The directory takes it
   * as gone already.
   */
  void freed(ObjectId id);

  /**
   * The directory has accepted another attempt: the copy sealed here by this one is to go.
   *
   * @param attempt the refused one
   * @param accepted the other one
   */
  void refused(ObjectId id, int attempt, int accepted);
}
