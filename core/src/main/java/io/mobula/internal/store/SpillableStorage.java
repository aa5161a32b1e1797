package io.mobula.internal.store;

import io.mobula.error.ObjectLostException;
import io.mobula.error.WaitInterruptedException;
import io.mobula.internal.memory.ObjectAddress;
import io.mobula.internal.memory.PinnedObject;
import io.mobula.internal.memory.SealedObject;
import io.mobula.internal.memory.WritableBlock;
import io.mobula.spi.SpillTarget;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Storage whose bytes leave the store's memory when others need the memory, and are restored when
 * they are read.
 *
 * <p>{@link EvictionEvent} has the phases and what changes them. The phase changes only under this
 * object's monitor, and nothing slow happens under it. The writing thread owns the phase SPILLING,
 * the restoring thread owns RESTORING, and both check the phase again when they are done: the value
 * may be DISCARDED by then, and they alone still know its bytes. A reader of bytes in memory takes
 * no monitor: it acquires a pin, and checks the phase only if that fails. While SPILLING the bytes
 * are read as before.
 *
 * <p>A sealed object never changes, so a copy on disk stays valid after a restore, and a second
 * eviction writes nothing. For the same reason a secondary copy is cheap to drop: it counts as
 * written, at the source it was fetched from.
 */
final class SpillableStorage implements SealedStorage {

  private static final Logger LOG = LoggerFactory.getLogger(SpillableStorage.class);

  private final Evictor evictor;
  private final long bytes;
  private volatile @Nullable SealedObject inMemory;
  private EvictionPhase phase = EvictionPhase.MEMORY;
  private int claims; // readers that have not pinned it yet
  private BackingCopy backing = BackingCopy.NONE;
  private @Nullable ObjectLostException lost;
  private final AsyncRestore restore;
  // allocated for the restore
  private final AtomicReference<@Nullable WritableBlock> room = new AtomicReference<>();
  private boolean touched; // racy on purpose: a lost update costs one turn of the clock

  SpillableStorage(SealedObject object, Evictor evictor) {
    this.inMemory = object;
    this.bytes = object.byteSize();
    this.evictor = evictor;
    this.restore = new AsyncRestore(this, evictor::runInBackground);
  }

  @Override
  public long byteSize() {
    return bytes;
  }

  @Override
  public MemorySegment view() {
    return with(SealedObject::view);
  }

  @Override
  public <T extends @Nullable Object> T read(Function<MemorySegment, T> reader) {
    return with(object -> object.read(reader));
  }

  /**
   * Runs {@code use} with the object in memory. It may run twice: first with an object that was
   * just being evicted, so that pinning it failed, and then with one that stays until it returns.
   */
  <T extends @Nullable Object> T with(Function<SealedObject, T> use) {
    touch();
    var here = inMemory;
    if (here != null) {
      try {
        return use.apply(here);
      } catch (IllegalStateException evicted) {
        LOG.trace("Evicted just before it was read, or gone", evicted);
      }
    }
    claim();
    try {
      return use.apply(present());
    } finally {
      unclaim();
    }
  }

  @Override
  public void touch() {
    if (!touched) {
      touched = true;
    }
  }

  /** Returns whether the value was read since the last call, and clears that flag. */
  boolean testAndClearTouched() {
    boolean was = touched;
    touched = false;
    return was;
  }

  @Override
  public void markSecondary(RefetchSource from) {
    evictor.remove(this);
    synchronized (this) {
      backing = backing.withSource(from);
    }
    evictor.add(this);
  }

  synchronized boolean isSecondary() {
    return backing.source() != null;
  }

  /** Returns whether the bytes are in memory, in the segment of this number. */
  boolean isIn(int segment) {
    var here = inMemory;
    return here != null && here.isIn(segment);
  }

  /** Returns whether there is a copy on a disk, so that eviction needs no writing. */
  synchronized boolean isWritten() {
    return backing.onDisk() != null;
  }

  synchronized boolean isGone() {
    return phase == EvictionPhase.DISCARDED;
  }

  @Override
  public @Nullable ObjectAddress address() {
    var here = inMemory;
    return here == null ? null : here.address();
  }

  @Override
  public @Nullable PinnedObject tryAcquirePin() {
    touch();
    var here = inMemory;
    try {
      return here == null ? null : here.acquirePin();
    } catch (IllegalStateException evicted) {
      LOG.trace("Evicted just before it was pinned, or gone", evicted);
      return null;
    }
  }

  @Override
  public PinnedObject acquirePin() {
    return with(SealedObject::acquirePin);
  }

  @Override
  public CompletableFuture<PinnedObject> acquirePinAsync() {
    return restore.acquirePinAsync();
  }

  @Override
  public CompletableFuture<PinnedObject> acquirePinAsync(@Nullable WritableBlock taken) {
    giveUp(room.getAndSet(taken));
    return restore.acquirePinAsync().whenComplete((held, failure) -> giveUp(room.getAndSet(null)));
  }

  private static void giveUp(@Nullable WritableBlock unused) {
    if (unused != null) {
      unused.abandon();
    }
  }

  @Override
  public long roomWanted() {
    return inMemory == null ? bytes : 0;
  }

  @Override
  public void startRestore() {
    restore.start();
  }

  @Override
  public byte[] copy() {
    try (var here = tryAcquirePin()) {
      if (here != null) {
        return here.bytes().toArray(ValueLayout.JAVA_BYTE);
      }
    }
    var spilledObject = partAway();
    if (spilledObject == null) {
      return read(here -> here.toArray(ValueLayout.JAVA_BYTE));
    }
    var copied = new byte[Math.toIntExact(bytes)];
    spilledObject.readInto(MemorySegment.ofArray(copied));
    return copied;
  }

  private synchronized SpillTarget.@Nullable SpilledObject partAway() {
    return phase == EvictionPhase.EVICTED ? backing.onDisk() : null;
  }

  @Override
  public synchronized boolean isMissing() {
    return lost != null || (backing.source() != null && inMemory == null);
  }

  /**
   * Starts an eviction unless the value is being read; if it returns true, the caller calls
   * {@link #evict}.
   */
  synchronized boolean tryBeginEviction() {
    var here = inMemory;
    return claims == 0 && here != null && !here.isPinned() && change(EvictionEvent.BEGIN);
  }

  /** Changes the phase; returns false, without an effect, if the phase refuses the event. */
  private boolean change(EvictionEvent event) {
    var next = event.after(phase);
    phase = next == null ? phase : next;
    return next != null;
  }

  /** Cancels the eviction that {@link #tryBeginEviction} started. */
  synchronized void cancelEviction() {
    change(EvictionEvent.STAY);
  }

  /**
   * Writes the bytes, if there is no other copy, and removes them from memory. Called once after
   * {@link #tryBeginEviction}.
   *
   * @return the number of bytes that were freed; 0 if a read of the value has begun, or it is
   *     discarded
   * @throws io.mobula.error.MobulaException when the bytes cannot be written; they stay in memory
   */
  long evict(@Nullable SpillTarget target) {
    var here = inMemory;
    SpillTarget.SpilledObject written = null;
    try {
      if (here != null && target != null && needsCopy()) {
        written = here.read(target::write);
      }
    } catch (IllegalStateException gone) {
      cancelEviction();
      return 0;
    } catch (RuntimeException | Error e) {
      cancelEviction();
      throw e;
    }
    return here == null ? 0 : completeEviction(here, written);
  }

  private synchronized boolean needsCopy() {
    return !backing.exists();
  }

  private long completeEviction(SealedObject here, SpillTarget.@Nullable SpilledObject written) {
    RefetchSource droppedFrom = null;
    synchronized (this) {
      if (phase == EvictionPhase.SPILLING) {
        backing = written == null ? backing : backing.withDisk(written);
        written = null;
        if (claims > 0 || !backing.exists() || !evictor.evictFromMemory(here)) {
          change(EvictionEvent.STAY);
          return 0;
        }
        inMemory = null;
        change(EvictionEvent.EVICT);
        if (backing.onDisk() != null) {
          evictor.countSpilled(bytes);
        } else {
          droppedFrom = backing.source();
        }
      }
    }
    if (written != null) {
      written.delete();
      return 0;
    }
    if (droppedFrom != null) {
      droppedFrom.onDropped();
    }
    return bytes;
  }

  @Override
  public void discard() {
    SealedObject object;
    SpillTarget.SpilledObject spilledObject;
    synchronized (this) {
      var before = phase;
      if (!change(EvictionEvent.DISCARD)) {
        return;
      }
      boolean restoring = before == EvictionPhase.RESTORING;
      if (backing.onDisk() != null && (restoring || before == EvictionPhase.EVICTED)) {
        evictor.countRestored(bytes);
      }
      object = inMemory;
      inMemory = null;
      spilledObject = restoring ? null : backing.onDisk();
      notifyAll();
    }
    evictor.remove(this);
    if (object != null) {
      object.free();
    }
    if (spilledObject != null) {
      spilledObject.delete();
    }
  }

  private synchronized void claim() {
    claims++;
  }

  private synchronized void unclaim() {
    claims--;
  }

  /** Returns the object in memory, which it does not leave while the caller's claim lasts. */
  private SealedObject present() {
    synchronized (this) {
      while (phase == EvictionPhase.RESTORING) {
        awaitRestore();
      }
      var here = inMemory;
      if (here != null) {
        return here;
      }
      if (phase == EvictionPhase.DISCARDED) {
        throw gone();
      }
      if (lost != null) {
        throw new ObjectLostException(String.valueOf(lost.getMessage()), lost);
      }
      change(EvictionEvent.RESTORE);
    }
    return restoreNow();
  }

  @SuppressWarnings("WaitNotInLoop") // the caller loops
  private void awaitRestore() {
    try {
      wait();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WaitInterruptedException(
          "Interrupted while a value of " + bytes + " bytes was read back into the store.");
    }
  }

  /** Restores the bytes, in the one thread that has begun RESTORING. */
  private SealedObject restoreNow() {
    SealedObject fetched;
    try {
      fetched = fetch();
    } catch (ObjectLostException e) {
      settle(null, e);
      throw e;
    } catch (RuntimeException | Error e) {
      settle(null, null);
      throw e;
    }
    if (!settle(fetched, null)) {
      fetched.free();
      throw gone();
    }
    evictor.add(this);
    return fetched;
  }

  private SealedObject fetch() {
    BackingCopy from;
    synchronized (this) {
      from = backing;
    }
    var taken = room.getAndSet(null);
    var block = taken == null ? evictor.allocateForRestore(bytes) : taken;
    try {
      from.readInto(block.segment());
      return block.seal();
    } catch (RuntimeException | Error e) {
      block.abandon();
      throw e;
    }
  }

  /** Ends RESTORING; returns false if the value was discarded, and with it its copy on disk. */
  private boolean settle(@Nullable SealedObject fetched, @Nullable ObjectLostException why) {
    SpillTarget.SpilledObject orphan;
    synchronized (this) {
      if (change(fetched == null ? EvictionEvent.GIVE_UP : EvictionEvent.FINISH_RESTORE)) {
        inMemory = fetched;
        if (fetched != null && backing.onDisk() != null) {
          evictor.countRestored(bytes);
        }
        lost = backing.source() == null ? why : null; // a refetch source may have it again
        notifyAll();
        return true;
      }
      orphan = backing.onDisk();
    }
    if (orphan != null) {
      orphan.delete();
    }
    return false;
  }

  private IllegalStateException gone() {
    return new IllegalStateException(
        "A value of " + bytes + " bytes is gone: every ref to it had been closed.");
  }
}
