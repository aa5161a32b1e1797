package io.mobula.internal.lane;

import io.mobula.NodeId;
import io.mobula.error.CodecException;
import org.jspecify.annotations.Nullable;

/**
 * Hands each frame to whoever is responsible for its kind, which is its first byte. The kinds of
 * all packages are listed in {@code docs/protocols.md}. Handlers are set before frames come.
 */
public final class FrameRouter implements PeerTransport.Receiver {
  private final @Nullable Handler[] handlers = new @Nullable Handler[256];

  /** Deals with frames of one kind, on a thread that must not be blocked. */
  @FunctionalInterface
  public interface Handler {
    /** The reader stands behind the kind. */
    void handle(NodeId from, FrameReader frame);
  }

  /** Nobody is responsible yet. */
  public FrameRouter() {}

  /** Makes the handler responsible for a kind. */
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
