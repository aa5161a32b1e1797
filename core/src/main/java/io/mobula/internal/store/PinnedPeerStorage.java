package io.mobula.internal.store;

import io.mobula.internal.memory.ObjectAddress;
import io.mobula.internal.memory.PeerObject;
import io.mobula.internal.memory.PinnedObject;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Storage of a copy that belongs to another process of this host. That process may give its copy up
 * at any time: the bytes are pinned for as long as this object is reachable, and stay readable even
 * when the process has died.
 *
 * @param object where the copy is
 * @param view its bytes, pinned while this segment is reachable
 */
record PinnedPeerStorage(PeerObject object, MemorySegment view) implements UnmovedStorage {
  @Override
  public long byteSize() {
    return object.byteSize();
  }

  @Override
  public <T extends @Nullable Object> T read(Function<MemorySegment, T> reader) {
    return reader.apply(view);
  }

  @Override
  public boolean isLocal() {
    return false;
  }

  @Override
  public ObjectAddress address() {
    return object.address();
  }

  /**
   * Acquires a pin beside that of the view, since the owner may have given the copy up meanwhile.
   */
  @Override
  public PinnedObject acquirePin() {
    try {
      return object.acquireAnotherPin();
    } finally {
      Reference.reachabilityFence(view);
    }
  }

  @Override
  public void discard() {}
}
