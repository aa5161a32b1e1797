package io.mobula.internal.memory;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An object in shared memory whose content will never change, in the store of this process or of
 * another, and the pins that are taken through this handle.
 *
 * <p>Any thread. Dropping the handle frees nothing.
 */
public abstract sealed class StoredObject permits SealedObject, PeerObject {
  /** Memory of no bytes. */
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

  /** The object's size in bytes. */
  public final long byteSize() {
    return bytes;
  }

  /** The number of its slot in the object table; with {@link #generation} it names the object. */
  public final long slot() {
    return slot;
  }

  /** How many objects this slot has held up to this one. */
  public final long generation() {
    return generation;
  }

  /** What names the object to other processes that know its store. */
  public final ObjectAddress address() {
    return new ObjectAddress(slot, generation, bytes);
  }

  /**
   * The content itself, read-only and not copied.
   *
   * <p>The object is pinned until the collector finds the segment and everything made of it
   * unreachable: slices, byte buffers, typed buffers. (One way out loses the pin, as the JDK keeps
   * nothing there: {@link MemorySegment#ofBuffer} of a <em>typed</em> buffer, say a
   * {@code FloatBuffer}, does not keep the view.) It stays readable after the object is freed,
   * after the store is closed and after its process has died. Costs less than a microsecond, some
   * 200 bytes of heap and work for the collector: copy small objects out with {@link #read}. An
   * object of 2 GiB or more, which no buffer can hold, gets a mapping of its own: some 70
   * microseconds and fresh page faults.
   *
   * @throws IllegalStateException if the object has been freed or the store is closed
   */
  public final MemorySegment view() {
    pin();
    try {
      return bytes == 0 ? empty() : bytes > mostBufferBytes() ? mapped() : buffered();
    } catch (RuntimeException | Error e) {
      unpin();
      throw e;
    }
  }

  /**
   * Lets {@code reader} read the content and returns what it makes of it; the segment must not be
   * kept.
   *
   * <p>Pins for the duration of the call only. For small objects, and for whatever is copied
   * anyway: costs two atomic operations and leaves the collector nothing to do.
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
   * Pins the object until what this returns is closed.
   *
   * @throws IllegalStateException if the object has been freed or the store is closed
   */
  public final PinnedObject acquirePin() {
    pin();
    return new PinnedObject(this);
  }

  /**
   * Pins the object once more, until what this returns is closed, while another pin of this handle
   * stands. Unlike {@link #acquirePin} it also pins an object that has been freed, whose memory
   * stays until its readers have let go.
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
   * Whether the object is pinned at the moment: an own one by anybody, in this process or another,
   * one of another process through this handle.
   */
  public abstract boolean isPinned();

  /** Refuses if the store is closed here. */
  abstract void requireOpen();

  /** The slot's word now. */
  abstract long word();

  /** Pins in shared memory; false, and no pin, if the object is not to be read (any more). */
  abstract boolean pinShared();

  /** Takes the shared pin back; says whether the owner must be nudged. */
  abstract boolean unpinShared();

  /** Has the owner look at the slot if it is condemned. */
  abstract void nudge();

  /** The object's memory; a segment of no bytes if there is none. */
  abstract MemorySegment memory();

  /** A read-only mapping of the object alone. */
  abstract MemorySegment mapAlone();

  /** The largest object that is viewed through a buffer, in bytes. */
  abstract long mostBufferBytes();

  /** Runs {@code then} once {@code anchor} is unreachable. */
  abstract void whenUnreachable(Object anchor, Runnable then);

  /** A view is gone: who waits for room may have it now. */
  abstract void notifyUnpinned();

  /** What the store is called. */
  abstract String storeName();

  /** How many pins this handle holds. */
  final int localPins() {
    return localPins;
  }

  /** Takes one pin of this process back; the last one shows in shared memory. */
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
   * Pins in this process. The counter in shared memory follows the local one: whoever raises that
   * from 0 or lowers it to 0 does so under the lock, so a local count above 0 means that the shared
   * pin stands.
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
    ByteBuffer anchor = memory().asByteBuffer().asReadOnlyBuffer();
    MemorySegment view = MemorySegment.ofBuffer(anchor);
    whenUnreachable(anchor, this::releasePin);
    return view;
  }

  private MemorySegment mapped() {
    MemorySegment view = mapAlone();
    whenUnreachable(view.scope(), this::releasePin);
    return view;
  }

  /** Ends the pin of a view or of a holder, of which whoever waits for room hears. */
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
