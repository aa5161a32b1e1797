package io.mobula.spi;

import io.mobula.ObjectId;

/**
 * Listener for notifications of the object directory to its node, called on a thread of the actor
 * system that must not be blocked.
 */
public interface DirectoryListener {

  /**
   * Handles that nothing holds the object any more: the node must drop its copy and stop producing
   * it. The directory already considers the object gone.
   */
  void freed(ObjectId id);

  /**
   * Handles that the directory has accepted another attempt: the node must drop the copy that it
   * sealed for this one.
   *
   * @param attempt the refused attempt
   * @param accepted the accepted attempt
   */
  void refused(ObjectId id, int attempt, int accepted);
}
