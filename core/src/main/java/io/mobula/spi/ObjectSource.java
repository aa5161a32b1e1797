package io.mobula.spi;

import io.mobula.ObjectId;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * What of this node's objects others may read. Called on a thread of the transfer; must not block.
 */
public interface ObjectSource {

  /** This attempt of this object, kept in place until closed; null if it is not here. */
  @Nullable
  OpenObject open(ObjectId id, int attempt);

  /** An object that is being read. */
  interface OpenObject extends AutoCloseable {
    /** All of its bytes, readable from every thread. */
    MemorySegment bytes();

    /** Lets it go. */
    @Override
    void close();
  }
}
