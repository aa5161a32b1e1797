package io.mobula.internal.store;

import io.mobula.error.StoreException;
import io.mobula.internal.memory.SealedObject;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Copier of values of other processes into this process's store. Blocks the caller's thread, for
 * the value as {@code get} does and for memory as {@code put} does.
 */
public final class RemoteValueCopier {
  private final ObjectStore store;

  /** Creates a copier into that store. */
  public RemoteValueCopier(ObjectStore store) {
    this.store = store;
  }

  /** Copies a value, whose copy holds what those edges hold. */
  public ObjectContent copyOf(
      ObjectContent.RemoteValue theirs, List<HeldRef> edges, Deadline deadline) {
    var readDeadline = new ReadDeadline(deadline, "An object of a leaving node");
    return FetchWait.readRemote(theirs, readDeadline, content -> {
      if (content instanceof ObjectContent.Sealed sealed) {
        return copyOf(sealed, edges);
      }
      throw new StoreException("It is not in anybody's store.", null);
    });
  }

  private ObjectContent copyOf(ObjectContent.Sealed theirs, List<HeldRef> edges) {
    var kept = new ArrayList<HeldRef>(edges.size());
    for (var edge : edges) {
      var entry = edge.heldEntry();
      kept.add(
          entry != null
              ? EntryRef.edge(entry)
              : ((HeldRef.Holdable) edge.newReference()).hold(store));
    }
    try (var held = theirs.acquirePin()) {
      return store.converter().createSealed(sealedCopy(held.bytes()), kept, theirs.views());
    } catch (RuntimeException | Error e) {
      kept.forEach(HeldRef::release);
      throw e;
    }
  }

  private SealedObject sealedCopy(MemorySegment bytes) {
    var block = store.allocate(bytes.byteSize());
    try {
      block.segment().copyFrom(bytes);
      return block.seal();
    } catch (RuntimeException | Error e) {
      block.abandon();
      throw e;
    }
  }
}
