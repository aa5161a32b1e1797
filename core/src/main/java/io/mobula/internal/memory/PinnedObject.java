package io.mobula.internal.memory;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A pin on an object that its holder gives back, for reading that begins and ends in different
 * threads. Any thread.
 *
 * <p>Whoever forgets to close it keeps the object in memory until its process ends: where the
 * collector is to find out, take a {@linkplain StoredObject#view view}.
 */
public final class PinnedObject implements AutoCloseable {
  private final StoredObject object;
  private final AtomicBoolean open = new AtomicBoolean(true);

  /** For an object that has just been pinned for it. */
  PinnedObject(StoredObject pinned) {
    this.object = pinned;
  }

  /** What names the object, for as long as this is open, to processes that know its store. */
  public ObjectAddress address() {
    return object.address();
  }

  /**
   * The content, read-only, neither copied nor pinned by the segment: not to be touched after
   * {@link #close}.
   */
  public MemorySegment bytes() {
    return object.memory().asReadOnly();
  }

  /** How many bytes it has. */
  public long byteSize() {
    return object.byteSize();
  }

  /**
   * One more pin on the same object, while this one stands; see
   * {@link StoredObject#acquireAnotherPin}.
   */
  public PinnedObject acquireAnotherPin() {
    return object.acquireAnotherPin();
  }

  /** See {@link StoredObject#view}; while this pin stands. */
  public MemorySegment view() {
    return object.view();
  }

  /**
   * Lets it go, and gives up the name that it was {@linkplain SealedObject#acquireShared shared}
   * under.
   */
  public void free() {
    if (open.get() && object instanceof SealedObject own) {
      close();
      own.free();
    }
  }

  /** Lets it go when the collector has found that unreachable, unless it is closed before. */
  public void closeWhenUnreachable(Object anchor) {
    object.whenUnreachable(anchor, this::close);
  }

  /** Lets it go. Idempotent. */
  @Override
  public void close() {
    if (open.compareAndSet(true, false)) {
      object.releasePin();
    }
  }
}
