package io.mobula.internal.memory;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An immutable object in shared memory, in the store of this process or of another, and the pins
 * that are taken through this handle.
 *
 * <p>Any thread may call. Dropping the handle frees nothing.
 */
public abstract sealed class StoredObject permits SealedObject, PeerObject {
  /** Memory of an object of no bytes. */
  static final MemorySegment EMPTY = MemorySegment.ofBuffer(ByteBuffer.allocateDirect(0));

  private static final VarHandle LOCAL_PINS;

  static {
    try {
      LOCAL_PINS = MethodHandles.lookup().findVarHandle(StoredObject.class, "localPins", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final long slot;
  private final long generation;
  private final long bytes;
  private volatile int localPins;

  StoredObject(long slot, long generation, long bytes) {
    this.slot = slot;
    this.generation = generation;
    this.bytes = bytes;
  }

  /** Returns the object's size in bytes. */
  public final long byteSize() {
    return bytes;
  }

  /**
   * Returns the number of its slot in the object table; slot and {@link #generation} together name
   * the object.
   */
  public final long slot() {
    return slot;
  }

  /** Returns how many objects this slot has held up to this one. */
  public final long generation() {
    return generation;
  }

  /** Returns the name of the object for other processes that know its store. */
  public final ObjectAddress address() {
    return new ObjectAddress(slot, generation, bytes);
  }

  /**
   * Returns the content itself, read-only and not copied.
   *
   * <p>The object is pinned until the collector finds the segment and everything derived from it
   * unreachable: slices, byte buffers, typed buffers. (One derivation loses the pin, as the JDK
   * keeps no reference: {@link MemorySegment#ofBuffer} of a <em>typed</em> buffer, such as a
   * {@code FloatBuffer}, does not keep the view.) The content stays readable after the object is
   * freed, after the store is closed and after its process has died. A view costs less than a
   * microsecond, some 200 bytes of heap and work for the collector: copy small objects out with
   * {@link #read}. An object of 2 GiB or more, which no buffer can hold, gets a mapping of its own:
   * some 70 microseconds and fresh page faults.
   *
   * @throws IllegalStateException if the object has been freed or the store is closed
   */
  public final MemorySegment view() {
    pin();
    try {
      return bytes == 0 ? empty() : bytes > maxBufferBytes() ? mapped() : buffered();
    } catch (RuntimeException | Error e) {
      unpin();
      throw e;
    }
  }

  /**
   * Passes the content to {@code reader} and returns the reader's result; the segment must not be
   * kept.
   *
   * <p>The object is pinned for the duration of the call only. For small objects, and for content
   * that is copied anyway: costs two atomic operations and no work of the collector.
   *
   * @throws IllegalStateException if the object has been freed or the store is closed
   */
  public final <T extends @Nullable Object> T read(Function<MemorySegment, T> reader) {
    pin();
    try {
      return reader.apply(memory().asReadOnly());
    } finally {
      unpin();
    }
  }

  /**
   * Pins the object until the returned pin is closed.
   *
   * @throws IllegalStateException if the object has been freed or the store is closed
   */
  public final PinnedObject acquirePin() {
    pin();
    return new PinnedObject(this);
  }

  /**
   * Pins the object once more, until the returned pin is closed, while another pin of this handle
   * exists. Unlike {@link #acquirePin} it also pins an object that has been freed, whose memory
   * stays until its readers have released it.
   *
   * @throws IllegalStateException if this handle has no pin
   */
  public final PinnedObject acquireAnotherPin() {
    for (int pins = localPins; pins > 0; pins = localPins) {
      if (LOCAL_PINS.compareAndSet(this, pins, pins + 1)) {
        return new PinnedObject(this);
      }
    }
    throw new IllegalStateException(this + " is not pinned, wanted one more pin");
  }

  /**
   * Returns whether the object is pinned at the moment: an object of this process by any process,
   * an object of another process through this handle.
   */
  public abstract boolean isPinned();

  /** Throws if the store is closed in this process. */
  abstract void requireOpen();

  /** Returns the slot's present word. */
  abstract long word();

  /** Pins in shared memory; returns false, without a pin, if the object may not be read. */
  abstract boolean pinShared();

  /** Removes the shared pin; returns whether the owner must be nudged. */
  abstract boolean unpinShared();

  /** Makes the owner check the slot if it is condemned. */
  abstract void nudge();

  /** Returns the object's memory; an empty segment for an object of no bytes. */
  abstract MemorySegment memory();

  /** Returns a read-only mapping of the object alone. */
  abstract MemorySegment mapAlone();

  /** Returns the size in bytes of the largest object that is viewed through a buffer. */
  abstract long maxBufferBytes();

  /** Runs {@code then} once {@code token} is unreachable. */
  abstract void whenUnreachable(Object token, Runnable then);

  /** Notifies threads that wait for room that a view is gone. */
  abstract void notifyUnpinned();

  /** Returns the name of the store, for messages. */
  abstract String storeName();

  /** Returns how many pins this handle holds. */
  final int localPins() {
    return localPins;
  }

  /** Removes one pin of this process; the last one also removes the pin in shared memory. */
  final void unpin() {
    int pins = localPins;
    while (pins > 1) {
      if (LOCAL_PINS.compareAndSet(this, pins, pins - 1)) {
        return;
      }
      pins = localPins;
    }
    if (unpinLast()) {
      nudge();
    }
  }

  /**
   * Pins in this process. The counter in shared memory follows the local one: a thread that changes
   * the local count from or to 0 holds the lock, so a local count above 0 means that the shared pin
   * exists.
   */
  final void pin() {
    requireOpen();
    int pins = localPins;
    while (pins > 0 && !LOCAL_PINS.compareAndSet(this, pins, pins + 1)) {
      pins = localPins;
    }
    if (pins == 0 && !pinFirst()) {
      nudge();
      throw wrongState(SlotState.SEALED);
    }
    if (word() != SlotWord.of(generation, SlotState.SEALED)) {
      unpin();
      throw wrongState(SlotState.SEALED);
    }
  }

  final void requireState(SlotState wanted) {
    if (word() != SlotWord.of(generation, wanted)) {
      throw wrongState(wanted);
    }
  }

  private synchronized boolean pinFirst() {
    boolean pinned = localPins > 0 || pinShared();
    if (pinned) {
      LOCAL_PINS.getAndAdd(this, 1);
    }
    return pinned;
  }

  private synchronized boolean unpinLast() {
    return (int) LOCAL_PINS.getAndAdd(this, -1) == 1 && unpinShared();
  }

  private MemorySegment buffered() {
    ByteBuffer token = memory().asByteBuffer().asReadOnlyBuffer();
    MemorySegment view = MemorySegment.ofBuffer(token);
    whenUnreachable(token, this::releasePin);
    return view;
  }

  private MemorySegment mapped() {
    MemorySegment view = mapAlone();
    whenUnreachable(view.scope(), this::releasePin);
    return view;
  }

  /**
   * Releases the pin of a view or of a {@link PinnedObject}, and notifies threads that wait for
   * room.
   */
  final void releasePin() {
    unpin();
    notifyUnpinned();
  }

  private MemorySegment empty() {
    unpin();
    return EMPTY.asReadOnly();
  }

  private IllegalStateException wrongState(SlotState wanted) {
    long word = word();
    String had =
        SlotWord.generation(word) == generation ? SlotWord.state(word).toString() : "FREED";
    return new IllegalStateException(this + " is " + had + ", wanted " + wanted);
  }

  @Override
  public String toString() {
    return "Object " + slot + "." + generation + " of " + bytes + " bytes in " + storeName();
  }
}
