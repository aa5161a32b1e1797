package io.mobula.internal.transfer;

import org.agrona.MutableDirectBuffer;

/**
 * Transport of frames to other nodes. Belongs to the thread of its {@link TransferEngine}. No
 * method blocks.
 */
interface FrameTransport {

  /** Result of sending a frame. */
  enum SendResult {
    /** The frame is on its way. */
    SENT,
    /** There is no room or no connection yet; try again. */
    BACK_PRESSURED,
    /** The endpoint cannot be reached. */
    UNREACHABLE
  }

  /** Encoder that writes a frame in place. */
  interface FrameEncoder {
    void encode(MutableDirectBuffer buffer, int offset);
  }

  /** Returns this node's endpoint for replies from the given endpoint, on the same transport. */
  String replyTo(String endpoint);

  /** Returns the maximum size of a frame to the endpoint, in bytes. */
  int maxFrame(String endpoint);

  /** Sends a frame of exactly this many bytes, which {@code encoder} writes if there is room. */
  SendResult send(String endpoint, int length, FrameEncoder encoder);

  /** Closes the connection to an endpoint whose process is gone. */
  void disconnect(String endpoint);
}
