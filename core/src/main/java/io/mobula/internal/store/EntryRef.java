package io.mobula.internal.store;

import io.mobula.ObjectId;
import io.mobula.ObjectRef;
import io.mobula.error.ForeignRefException;
import io.mobula.error.RefClosedException;
import io.mobula.internal.lane.FrameWriter;
import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Ref of this process: one hold on an entry, until the ref is closed. It needs no cleaner: an entry
 * that no ref reaches is collected, and its memory with it.
 */
public final class EntryRef<T extends @Nullable Object> implements ObjectRef<T>, HeldRef.Holdable {
  private static final VarHandle ENTRY;

  static {
    try {
      ENTRY = MethodHandles.lookup().findVarHandle(EntryRef.class, "entry", ObjectEntry.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final ObjectId id;

  @SuppressWarnings("FieldMayBeFinal") // set by the var handle
  private volatile @Nullable ObjectEntry entry;

  EntryRef(ObjectEntry entry) {
    this.id = entry.id();
    this.entry = entry.retain();
  }

  /** Returns the entry of a user's ref, which must belong to this store. */
  public static ObjectEntry entryOf(ObjectRef<?> ref, ObjectStore store) {
    if (ref instanceof EntryRef<?> ours) {
      var entry = ours.entry();
      if (entry.store() == store) {
        store.requireOpen();
        return entry;
      }
      entry.store().requireOpen();
    }
    throw new ForeignRefException("Ref " + ref.id() + " belongs to another runtime than node "
        + store.node() + ". Get its value there and put it here.");
  }

  /** Returns the entry that this ref holds. */
  public ObjectEntry entry() {
    var present = entry;
    if (present == null) {
      throw new RefClosedException(
          "Ref " + id + " was closed. Use it before close(), or keep another ref to the value.");
    }
    return present;
  }

  /** Returns whether the ref has not been closed. */
  boolean isOpen() {
    return entry != null;
  }

  @Override
  public ObjectId id() {
    return id;
  }

  @Override
  public T get() {
    var present = entry();
    return present.store().get(present, Deadline.NEVER);
  }

  @Override
  public T get(Duration deadline) {
    var present = entry();
    return present.store().get(present, Deadline.after(deadline));
  }

  @Override
  public T get(Arena arena) {
    Objects.requireNonNull(arena, "arena");
    var present = entry();
    return present.store().get(present, arena);
  }

  @Override
  public boolean isReady() {
    return entry().isReady();
  }

  @Override
  public CompletableFuture<T> toCompletableFuture() {
    var present = entry();
    return present.store().toFuture(present);
  }

  @Override
  public void prefetch() {
    var present = entry();
    present.store().prefetch(present);
  }

  @Override
  public boolean cancel(boolean recursive) {
    return entry().cancel(recursive);
  }

  @Override
  public void close() {
    var present = (ObjectEntry) ENTRY.getAndSet(this, null);
    if (present != null) {
      present.release();
    }
  }

  @Override
  public HeldRef hold(ObjectStore store) {
    return new Edge(entryOf(this, store).retain());
  }

  @Override
  public String toString() {
    var present = entry;
    var state = present == null
        ? "closed"
        : present.isFailed() ? "failed" : present.isReady() ? "ready" : "pending";
    return "ObjectRef(" + id + ", " + state + ")";
  }

  /** Creates a separate hold on an entry, as a value has that contains a ref to it. */
  public static HeldRef edge(ObjectEntry entry) {
    return new Edge(entry.retain());
  }

  /** Hold of a value that contains a ref, or of an argument that waits. */
  private record Edge(ObjectEntry entry) implements HeldRef {
    @Override
    public Object newReference() {
      return new EntryRef<>(entry);
    }

    @Override
    public void release() {
      entry.release();
    }

    @Override
    public Object target() {
      return entry.id();
    }

    @Override
    public ObjectEntry heldEntry() {
      return entry;
    }

    @Override
    public void export(FrameWriter out) {
      var id = entry.store().export(entry);
      out.octet(REF).int64(id.node()).int64(id.task()).int32(id.index());
      out.addCarriedRef(id);
    }
  }
}
