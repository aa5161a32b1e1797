package io.mobula.internal.lane;

import io.mobula.NodeId;
import io.mobula.error.CodecException;
import io.mobula.internal.lane.NodeMessaging.FrameHandler;
import org.jspecify.annotations.Nullable;

/**
 * Router that passes each frame to the handler of its kind, whose number is the frame's first byte.
 * All handlers are registered before the first frame arrives.
 */
final class FrameRouter implements FrameConsumer {
  private final @Nullable FrameHandler[] handlers = new @Nullable FrameHandler[256];

  /** Registers the handler of a kind. */
  void on(FrameKind kind, FrameHandler handler) {
    if (handlers[kind.number()] != null) {
      throw new IllegalArgumentException("Two handlers for frames of kind " + kind);
    }
    handlers[kind.number()] = handler;
  }

  @Override
  public void received(NodeId from, byte[] frame) {
    var reader = new FrameReader(frame);
    int kind = reader.octet();
    var handler = handlers[kind];
    if (handler == null) {
      throw new CodecException(
          "A frame of kind " + kind + " from node " + from + " is of another release.", null);
    }
    handler.handle(from, reader);
  }
}
