package io.mobula.internal.lane;

import io.mobula.NodeId;

/**
 * Receiver of all frames of this process. Called by one thread at a time, which it must not block.
 */
@FunctionalInterface
interface FrameConsumer {
  /** Handles a frame, whose array belongs to the receiver from now on. */
  void received(NodeId from, byte[] frame);
}
