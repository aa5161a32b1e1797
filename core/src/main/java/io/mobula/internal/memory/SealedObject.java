package io.mobula.internal.memory;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An object in the store whose content will never change, and the pins this process has on it.
 *
 * <p>Any thread. Dropping this handle frees nothing: {@link #free} does, and the memory goes back
 * when the last pin goes.
 */
public final class SealedObject {
  private static final MemorySegment EMPTY = MemorySegment.ofBuffer(ByteBuffer.allocateDirect(0));
  private static final VarHandle LOCAL_PINS;

  static {
    try {
      LOCAL_PINS = MethodHandles.lookup().findVarHandle(SealedObject.class, "localPins", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final SharedStore store;
  private final @Nullable Extent<Segment> extent;
  private final long slot;
  private final long generation;
  private final long bytes;
  private volatile int localPins;

  SealedObject(
      SharedStore store, @Nullable Extent<Segment> extent, long slot, long generation, long bytes) {
    this.store = store;
    this.extent = extent;
    this.slot = slot;
    this.generation = generation;
    this.bytes = bytes;
  }

  /** The object's size in bytes. */
  public long byteSize() {
    return bytes;
  }

  /** The number of its slot in the object table; with {@link #generation} it names the object. */
  public long slot() {
    return slot;
  }

  /** How many objects this slot has held up to this one. */
  public long generation() {
    return generation;
  }

  /**
   * The content itself, read-only and not copied.
   *
   * <p>The object is pinned until the collector finds the segment and everything made of it
   * unreachable: slices, byte buffers, typed buffers. (One way out loses the pin, as the JDK keeps
   * nothing there: {@link MemorySegment#ofBuffer} of a <em>typed</em> buffer, say a
   * {@code FloatBuffer}, does not keep the view.) It stays readable after {@link #free} and after
   * the store is closed. Costs less than a microsecond, some 200 bytes of heap and work for the
   * collector: copy small objects out with {@link #read}. An object of 2 GiB or more, which no
   * buffer can hold, gets a mapping of its own: some 70 microseconds and fresh page faults.
   *
   * @throws IllegalStateException if the object has been freed or the store is closed
   */
  public MemorySegment view() {
    pin();
    try {
      return extent == null
          ? empty()
          : bytes > store.mostBufferBytes() ? mapped(extent) : buffered();
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
  public <T extends @Nullable Object> T read(Function<MemorySegment, T> reader) {
    pin();
    try {
      return reader.apply(memory().asReadOnly());
    } finally {
      unpin();
    }
  }

  /**
   * Frees the object: no new pins, and the memory goes back with the last one there is. Idempotent.
   */
  public void free() {
    store.free(this);
  }

  /** Whether anybody, in this process or another, has the object pinned at the moment. */
  public boolean isPinned() {
    return store.isPinned(this);
  }

  /** The block's memory, writable; a segment of no bytes if there is none. */
  MemorySegment memory() {
    return extent == null ? EMPTY : extent.home().blocks().asSlice(extent.offset(), bytes);
  }

  @Nullable
  Extent<Segment> extent() {
    return extent;
  }

  void seal() {
    store.seal(this);
  }

  void abandon() {
    store.abandon(this);
  }

  void require(SlotState wanted) {
    if (store.word(this) != SlotWord.of(generation, wanted)) {
      throw wrongState(wanted);
    }
  }

  /** Takes one pin of this process back; the last one shows in shared memory. */
  void unpin() {
    int pins = localPins;
    while (pins > 1) {
      if (LOCAL_PINS.compareAndSet(this, pins, pins - 1)) {
        return;
      }
      pins = localPins;
    }
    if (unpinLast()) {
      store.nudge(slot);
    }
  }

  /**
   * Pins in this process. The counter in shared memory is 0 or 1 and follows the local one: whoever
   * raises that from 0 or lowers it to 0 does so under the lock, so a local count above 0 means
   * that the shared pin stands.
   */
  private void pin() {
    store.requireOpen();
    int pins = localPins;
    while (pins > 0 && !LOCAL_PINS.compareAndSet(this, pins, pins + 1)) {
      pins = localPins;
    }
    if (pins == 0 && !pinFirst()) {
      store.nudge(slot);
      throw wrongState(SlotState.SEALED);
    }
    if (store.word(this) != SlotWord.of(generation, SlotState.SEALED)) {
      unpin();
      throw wrongState(SlotState.SEALED);
    }
  }

  private synchronized boolean pinFirst() {
    boolean pinned = localPins > 0 || store.pins().pin(slot, generation);
    if (pinned) {
      LOCAL_PINS.getAndAdd(this, 1);
    }
    return pinned;
  }

  private synchronized boolean unpinLast() {
    return (int) LOCAL_PINS.getAndAdd(this, -1) == 1 && store.pins().unpin(slot);
  }

  private MemorySegment buffered() {
    ByteBuffer anchor = memory().asByteBuffer().asReadOnlyBuffer();
    MemorySegment view = MemorySegment.ofBuffer(anchor);
    store.whenUnreachable(anchor, this::unpin);
    return view;
  }

  private MemorySegment mapped(Extent<Segment> at) {
    MemorySegment view = at.home().mapView(at.offset(), bytes);
    store.whenUnreachable(view.scope(), this::unpin);
    return view;
  }

  private MemorySegment empty() {
    unpin();
    return EMPTY.asReadOnly();
  }

  private IllegalStateException wrongState(SlotState wanted) {
    long word = store.word(this);
    String had =
        SlotWord.generation(word) == generation ? SlotWord.state(word).toString() : "FREED";
    return new IllegalStateException(this + " is " + had + ", wanted " + wanted);
  }

  @Override
  public String toString() {
    return "Object " + slot + "." + generation + " of " + bytes + " bytes in " + store.directory();
  }
}
