package io.mobula.spi;

import io.mobula.ObjectId;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Source of this node's objects for transfers to other nodes. Called on a thread of the transfer;
 * must not block.
 */
public interface ObjectSource {

  /**
   * Opens one attempt of an object and pins it until it is closed; null if this node does not have
   * it.
   */
  @Nullable
  OpenObject open(ObjectId id, int attempt);

  /** Object that is open for reading, and pinned. */
  interface OpenObject extends AutoCloseable {
    /** Returns all bytes of the object, readable from every thread. */
    MemorySegment bytes();

    /** Releases the pin on the object. */
    @Override
    void close();
  }
}
