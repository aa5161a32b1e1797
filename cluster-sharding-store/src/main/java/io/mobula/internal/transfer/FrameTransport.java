package io.mobula.internal.transfer;

import org.agrona.MutableDirectBuffer;

/**
 * Takes frames to other nodes. Belongs to the thread of its {@link TransferEngine}; nothing blocks.
 */
interface FrameTransport {

  /** What became of a frame. */
  enum SendResult {
    /** It is on its way. */
    SENT,
    /** No room, or no connection yet; try again. */
    BACK_PRESSURED,
    /** There is no way to that endpoint. */
    UNREACHABLE
  }

  /** Writes a frame in place. */
  interface FrameEncoder {
    void encode(MutableDirectBuffer buffer, int offset);
  }

  /** Where this node is reached by whoever is at that endpoint: over the same carrier. */
  String replyTo(String endpoint);

  /** How many bytes a frame to that endpoint may have. */
  int maxFrame(String endpoint);

  /**
   * Sends a frame of exactly this many bytes, written by {@code filler} if there is room for it.
   */
  SendResult send(String endpoint, int length, FrameEncoder encoder);

  /** Nobody is there any more. */
  void disconnect(String endpoint);
}
