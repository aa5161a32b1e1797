package io.mobula.internal.transfer;

import org.agrona.MutableDirectBuffer;

/**
 * Takes frames to other nodes. Belongs to the thread of its {@link TransferDesk}; nothing blocks.
 */
interface Carrier {

  /** What became of a frame. */
  enum Sent {
    /** It is on its way. */
    YES,
    /** No room, or no connection yet; try again. */
    LATER,
    /** There is no way to that endpoint. */
    NEVER
  }

  /** Writes a frame in place. */
  interface Filler {
    void fill(MutableDirectBuffer buffer, int offset);
  }

  /** Where this node is reached by whoever is at that endpoint: over the same carrier. */
  String replyTo(String endpoint);

  /** How many bytes a frame to that endpoint may have. */
  int maxFrame(String endpoint);

  /**
   * Sends a frame of exactly this many bytes, written by {@code filler} if there is room for it.
   */
  Sent send(String endpoint, int length, Filler filler);

  /** Nobody is there any more. */
  void forget(String endpoint);
}
