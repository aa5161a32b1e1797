package io.mobula.internal.memory;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A pin on an object that its holder releases explicitly, for reading that begins and ends in
 * different threads. Any thread may call.
 *
 * <p>A pin that is never closed keeps the object in memory until its process ends. To let the
 * collector release the pin, use a {@linkplain StoredObject#view view}.
 */
public final class PinnedObject implements AutoCloseable {
  private final StoredObject object;
  private final AtomicBoolean open = new AtomicBoolean(true);

  /** Makes a holder for an object that was just pinned on its behalf. */
  PinnedObject(StoredObject pinned) {
    this.object = pinned;
  }

  /**
   * Returns the object's address, which other processes that know the store can use while this pin
   * is open.
   */
  public ObjectAddress address() {
    return object.address();
  }

  /**
   * Returns the content, read-only, not copied, and not pinned by the segment: it must not be
   * accessed after {@link #close}.
   */
  public MemorySegment bytes() {
    return object.memory().asReadOnly();
  }

  /** Returns the object's size in bytes. */
  public long byteSize() {
    return object.byteSize();
  }

  /**
   * Pins the same object once more, while this pin is open; see
   * {@link StoredObject#acquireAnotherPin}.
   */
  public PinnedObject acquireAnotherPin() {
    return object.acquireAnotherPin();
  }

  /** Returns a view of the object while this pin is open; see {@link StoredObject#view}. */
  public MemorySegment view() {
    return object.view();
  }

  /**
   * Closes this pin, and releases the owner's reference that it was
   * {@linkplain SealedObject#acquireShared acquired} with.
   */
  public void free() {
    if (open.get() && object instanceof SealedObject own) {
      close();
      own.free();
    }
  }

  /** Closes this pin when the token is unreachable, unless it is closed before. */
  public void closeWhenUnreachable(Object token) {
    object.whenUnreachable(token, this::close);
  }

  /** Releases the object's pin once. Idempotent. */
  @Override
  public void close() {
    if (open.compareAndSet(true, false)) {
      object.releasePin();
    }
  }
}
