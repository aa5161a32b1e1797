package io.mobula.internal.lane;

import io.mobula.NodeId;
import io.mobula.error.CodecException;
import org.jspecify.annotations.Nullable;

/**
 * Router that passes each frame to the handler of its kind, which is the frame's first byte.
 * {@code docs/protocols.md} lists the kinds of all packages. All handlers are registered before the
 * first frame arrives.
 */
public final class FrameRouter implements PeerTransport.Receiver {
  private final @Nullable Handler[] handlers = new @Nullable Handler[256];

  /** Handler of frames of one kind. Runs on a thread that it must not block. */
  @FunctionalInterface
  public interface Handler {
    /** Handles a frame; the reader is positioned after the kind. */
    void handle(NodeId from, FrameReader frame);
  }

  /** Creates a router without handlers. */
  public FrameRouter() {}

  /** Registers the handler of a kind. */
  public FrameRouter on(int kind, Handler handler) {
    if (handlers[kind] != null) {
      throw new IllegalArgumentException("Two handlers for frames of kind " + kind);
    }
    handlers[kind] = handler;
    return this;
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
