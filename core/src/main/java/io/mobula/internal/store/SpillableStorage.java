package io.mobula.internal.store;

import io.mobula.error.ObjectLostException;
import io.mobula.error.WaitInterruptedException;
import io.mobula.internal.execution.Execution;
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
 * <pre>
 *              begin                    evicted
 *   MEMORY ─────────────▶ SPILLING ─────────────▶ EVICTED
 *     ▲  ▲   pinned, or      │                    │  ▲
 *     │  └── no disk ────────┘              read  │  │ no memory, or no disk
 *     │                                           ▼  │
 *     └──────────────── restored ────────────── RESTORING      DISCARDED: from anywhere, by discard
 * </pre>
 *
 * <p>The phase changes only under this object's monitor, and nothing slow happens under it. The
 * writing thread owns the phase SPILLING, the restoring thread owns RESTORING, and both check the
 * phase again when they are done: the value may be DISCARDED by then, and they alone still know its
 * bytes. A reader of bytes in memory takes no monitor: it acquires a pin, and checks the phase only
 * if that fails. While SPILLING the bytes are read as before.
 *
 * <p>A sealed object never changes, so a copy on disk stays valid after a restore, and a second
 * eviction writes nothing. For the same reason a secondary copy is cheap to drop: it counts as
 * written, at the source it was fetched from.
 */
final class SpillableStorage implements SealedStorage {

  private static final Logger LOG = LoggerFactory.getLogger(SpillableStorage.class);

  private enum Phase {
    MEMORY,
    SPILLING,
    EVICTED,
    RESTORING,
    DISCARDED
  }

  private final Evictor evictor;
  private final long bytes;
  private volatile @Nullable SealedObject inMemory;
  private Phase phase = Phase.MEMORY;
  private int claims; // readers that have not pinned it yet
  private SpillTarget.@Nullable SpilledObject onDisk;
  private @Nullable RefetchSource refetchSource;
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
      refetchSource = from;
    }
    evictor.add(this);
  }

  synchronized boolean isSecondary() {
    return refetchSource != null;
  }

  /** Returns whether the bytes are in memory, in the segment of this number. */
  boolean isIn(int segment) {
    var here = inMemory;
    return here != null && here.isIn(segment);
  }

  /** Returns whether there is a copy on a disk, so that eviction needs no writing. */
  synchronized boolean isWritten() {
    return onDisk != null;
  }

  synchronized boolean isGone() {
    return phase == Phase.DISCARDED;
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
    return phase == Phase.EVICTED ? onDisk : null;
  }

  @Override
  public synchronized boolean isMissing() {
    return lost != null || (refetchSource != null && inMemory == null);
  }

  /**
   * Starts an eviction unless the value is being read; if it returns true, the caller calls
   * {@link #evict}.
   */
  synchronized boolean tryBeginEviction() {
    var here = inMemory;
    if (phase != Phase.MEMORY || claims > 0 || here == null || here.isPinned()) {
      return false;
    }
    phase = Phase.SPILLING;
    return true;
  }

  /** Cancels the eviction that {@link #tryBeginEviction} started. */
  synchronized void cancelEviction() {
    if (phase == Phase.SPILLING) {
      phase = Phase.MEMORY;
    }
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
    return onDisk == null && refetchSource == null;
  }

  private long completeEviction(SealedObject here, SpillTarget.@Nullable SpilledObject written) {
    RefetchSource droppedFrom = null;
    synchronized (this) {
      if (phase == Phase.SPILLING) {
        onDisk = written == null ? onDisk : written;
        written = null;
        if (claims > 0
            || (onDisk == null && refetchSource == null)
            || !evictor.evictFromMemory(here)) {
          phase = Phase.MEMORY;
          return 0;
        }
        inMemory = null;
        phase = Phase.EVICTED;
        if (onDisk != null) {
          evictor.countSpilled(bytes);
        } else {
          droppedFrom = refetchSource;
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
      if (phase == Phase.DISCARDED) {
        return;
      }
      boolean restoring = phase == Phase.RESTORING;
      if (onDisk != null && (restoring || phase == Phase.EVICTED)) {
        evictor.countRestored(bytes);
      }
      phase = Phase.DISCARDED;
      object = inMemory;
      inMemory = null;
      spilledObject = restoring ? null : onDisk;
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
      while (phase == Phase.RESTORING) {
        awaitRestore();
      }
      var here = inMemory;
      if (here != null) {
        return here;
      }
      if (phase == Phase.DISCARDED) {
        throw gone();
      }
      if (lost != null) {
        throw new ObjectLostException(String.valueOf(lost.getMessage()), lost);
      }
      phase = Phase.RESTORING;
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
    SpillTarget.SpilledObject spilledObject;
    RefetchSource from;
    synchronized (this) {
      spilledObject = onDisk;
      from = refetchSource;
    }
    var taken = room.getAndSet(null);
    var block = taken == null ? evictor.allocateForRestore(bytes) : taken;
    try {
      fill(block, spilledObject, from);
      return block.seal();
    } catch (RuntimeException | Error e) {
      block.abandon();
      throw e;
    }
  }

  private static void fill(
      WritableBlock block,
      SpillTarget.@Nullable SpilledObject spilledObject,
      @Nullable RefetchSource from) {
    var hold = Execution.currentHold();
    hold.giveBack();
    try {
      if (spilledObject != null) {
        spilledObject.readInto(block.segment());
      } else if (from != null) {
        from.fetch(block.segment());
      }
    } finally {
      hold.takeBack();
    }
  }

  /** Ends RESTORING; returns false if the value was discarded, and with it its copy on disk. */
  private boolean settle(@Nullable SealedObject fetched, @Nullable ObjectLostException why) {
    SpillTarget.SpilledObject orphan;
    synchronized (this) {
      if (phase == Phase.RESTORING) {
        inMemory = fetched;
        phase = fetched == null ? Phase.EVICTED : Phase.MEMORY;
        if (fetched != null && onDisk != null) {
          evictor.countRestored(bytes);
        }
        lost = refetchSource == null ? why : null; // a refetch source may have it again
        notifyAll();
        return true;
      }
      orphan = onDisk;
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
