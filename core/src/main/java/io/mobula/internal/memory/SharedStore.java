package io.mobula.internal.memory;

import io.mobula.error.InvalidRequestException;
import io.mobula.error.StoreException;
import io.mobula.error.StoreFullException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Store of one process's objects in shared memory: created in place, sealed, read without a copy,
 * freed when the last reader is gone.
 *
 * <p>Any thread may call. A store owns a directory of files, which it removes when it is closed,
 * and at most two daemon threads. It knows objects by slot and generation only; its caller decides
 * which of them are needed. Several stores may exist in one JVM.
 */
public final class SharedStore implements AutoCloseable {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final long CLAIM = 1L << 62;

  private final StoreOptions options;
  private final StoreLayout layout;
  private final FileHeader.StoreId id;
  private final StoreDirectory files;
  private final ObjectTable table;
  private final PinMatrix matrix;
  private final ReaderRows readers;
  private final PinProtocol pins;
  private final SegmentPool pool;
  private final SegmentPretoucher pretoucher = new SegmentPretoucher();
  private final ReachabilityCleaner cleaner;
  private final StoreListeners listeners = new StoreListeners();
  private final ObjectLifecycle lifecycle;
  private volatile boolean closed;

  private SharedStore(StoreOptions options, StoreLayout layout, StoreDirectory files) {
    this.options = options;
    this.layout = layout;
    this.files = files;
    String name = files.path().getFileName().toString();
    this.id = new FileHeader.StoreId(RANDOM.nextLong(), RANDOM.nextLong());
    SharedFile tableFile = SharedFile.create(
        files.file("table"),
        new FileHeader(
            FileHeader.Kind.TABLE, id, 0, (long) ObjectTable.SLOT_BYTES << layout.chunkLog()));
    MemorySegment page = tableFile.headerPage();
    this.matrix = new PinMatrix(files, id, page, layout.chunkLog());
    this.readers = new ReaderRows(files, matrix);
    this.table = new ObjectTable(tableFile, page, matrix, layout.chunkLog());
    this.pins = new PinProtocol(
        table, matrix.claim(matrix.addRow(), CLAIM | ProcessHandle.current().pid()));
    this.pool = new SegmentPool(files, id, options, pretoucher);
    this.lifecycle = new ObjectLifecycle(table, matrix, pool, listeners::notifyReclaimed);
    if (options.pretouch()) {
      pretoucher.start(name, pool::prepareAhead);
    }
    this.cleaner = new ReachabilityCleaner(name, this::sweep);
  }

  /**
   * Opens a store in a new directory, after removing stale stores of crashed processes beside it.
   *
   * <p>Creates no segment yet; costs some file operations, a millisecond or two.
   *
   * @throws StoreException if the directory is missing or not writable
   * @throws StoreFullException if its file system is full
   */
  public static SharedStore open(StoreOptions options) {
    return open(options, StoreLayout.STANDARD);
  }

  /** Opens a store with a layout whose limits a test can reach. */
  static SharedStore open(StoreOptions options, StoreLayout layout) {
    StoreDirectory files = StoreDirectory.open(options.directory());
    try {
      return new SharedStore(options, layout, files);
    } catch (RuntimeException e) {
      files.delete();
      throw e;
    }
  }

  /**
   * Allocates a block for an object, to be filled in place; zero bytes are allowed.
   *
   * <p>Warm memory, which was used before, is taken first, and of it the block freed last. If no
   * block fits and the capacity allows it, a segment is created in the calling thread, at about 0.5
   * to 1 second per GiB, unless one has been prepared.
   *
   * @throws StoreFullException if the object is larger than the store, or there is no room for it
   *     now
   * @throws InvalidRequestException if {@code bytes} is negative
   * @throws IllegalStateException if the store is closed
   */
  public WritableBlock create(long bytes) {
    if (bytes < 0) {
      throw new InvalidRequestException("An object cannot have " + bytes + " bytes");
    }
    requireOpen();
    try {
      return make(bytes);
    } catch (StoreFullException full) {
      if (!cleaner.processPending()) {
        throw full;
      }
      return make(bytes);
    }
  }

  /** Returns the upper half of the store id, the random number in all files of the store. */
  public long idHigh() {
    return id.high();
  }

  /** Returns the lower half of the store id. */
  public long idLow() {
    return id.low();
  }

  /**
   * Returns the bytes of all used blocks, each rounded up to 64. Condemned objects that are still
   * read count.
   */
  public long usedBytes() {
    return pool.usedBytes();
  }

  /** Returns the maximum of {@link #usedBytes}. */
  public long capacityBytes() {
    return options.capacityBytes();
  }

  /**
   * Returns the number of objects: blocks being filled, sealed objects, and freed objects that are
   * still read.
   */
  public int objectCount() {
    return table.inUse();
  }

  /**
   * Returns a view of the same bytes, pinned like {@link SealedObject#view}, if {@code content} is
   * read-only memory of a sealed object of this store; else null. Also returns null for freed
   * objects, below 64 KiB, and from 2 GiB on.
   */
  public @Nullable MemorySegment sealedView(MemorySegment content) {
    var object = sealedContaining(content);
    try {
      return object == null
          ? null
          : object
              .view()
              .asSlice(content.address() - object.memory().address(), content.byteSize());
    } catch (IllegalStateException freed) {
      return null;
    }
  }

  /**
   * Adds a reference to the object of which {@link #sealedView} would return a view, and pins the
   * object; returns null if there is none. The object exists until this reference is
   * {@linkplain PinnedObject#free freed}, too.
   */
  public @Nullable PinnedObject shareContaining(MemorySegment content) {
    var object = sealedContaining(content);
    return object == null ? null : object.acquireShared();
  }

  private @Nullable SealedObject sealedContaining(MemorySegment content) {
    return content.isNative() && content.isReadOnly() ? lifecycle.findContaining(content) : null;
  }

  /**
   * Runs {@code then} once, some time after {@code token} has become unreachable, or at once when
   * room is wanted and the collector has found the token unreachable. Does not run it after
   * {@link #close}.
   *
   * <p>{@code then} runs in a thread of the store or in a thread that wants room: it must be quick,
   * and must not reference {@code token}.
   */
  public WatchHandle whenUnreachable(Object token, Runnable then) {
    return cleaner.watch(token, then);
  }

  /** Returns how many watched objects have been found unreachable so far. */
  public long unreachableCount() {
    return cleaner.foundCount();
  }

  /** Handle that cancels a watch, such as {@link #whenUnreachable}. */
  public interface WatchHandle {
    /**
     * Cancels the watch this handle stands for. Idempotent, and without effect after the watch's
     * action has run.
     */
    void cancel();
  }

  /** Returns the directory of this store's files. */
  public Path directory() {
    return files.path();
  }

  /** Returns the address by which other processes of this host find this store. */
  public StoreAddress address() {
    return new StoreAddress(files.path().toString(), id.high(), id.low());
  }

  /**
   * Increments the progress word, which shows other processes of the host that this one runs; see
   * {@link ProgressThread}.
   */
  void raiseProgress() {
    table.raiseProgress();
  }

  /**
   * Offers a pin row to another process, to be passed to {@link PeerStore#attach}. A row is reused
   * when its process has died or closed the peer store, or after {@link #reclaimReaderRow} if its
   * process never claimed it.
   *
   * @throws StoreException if 255 processes read this store already
   * @throws IllegalStateException if the store is closed
   */
  public int offerRow() {
    requireOpen();
    return readers.offer();
  }

  /**
   * Reclaims the row of a process that is reported to be gone, without waiting for the next sweep.
   * If the process still holds the row, its pins stay. Returns whether the row is free.
   */
  public boolean reclaimReaderRow(int row) {
    boolean free = !closed && readers.reclaimRow(row);
    lifecycle.reclaimCondemned();
    return free;
  }

  /**
   * Reclaims the memory of the object in this slot if it is condemned and no process reads it,
   * after another process has unpinned it. Any slot number is allowed.
   */
  public void nudge(long slot) {
    lifecycle.nudge(slot);
  }

  /**
   * Adds a listener that is called whenever memory has become free, or a view is gone whose object
   * may now be evicted, so that a thread that waits for room can try again.
   *
   * <p>The listener is called afterwards, without a lock of the store, by the thread that freed the
   * memory, which may be a thread of the store: it must be quick and must not block. Exceptions
   * that it throws are logged.
   */
  public void onReclaim(Runnable listener) {
    listeners.onReclaim(listener);
  }

  /**
   * Adds a listener that is told how many bytes in whole segments this store still has to give to
   * other stores that share its capacity, beyond the idle segments already given. Called about once
   * a second while they want memory, in a thread of the store: the listener must be quick.
   */
  public void onCapacityRequest(LongConsumer listener) {
    listeners.onCapacityRequest(listener);
  }

  /** Returns the numbers of the segments, least used first. */
  public List<Integer> segmentsByUse() {
    return pool.segmentsByUse();
  }

  /** Returns idle segments to the system; returns how many bytes they had. */
  public long releaseIdle(long atLeast) {
    return pool.releaseIdle(atLeast);
  }

  /** Removes the directories of dead processes of this user beside this store. */
  public void removeStaleStores() {
    files.removeStaleStores();
  }

  /**
   * Adds an action that runs once, after the store has closed, to end what lives only as long as
   * the store.
   */
  public void onClose(Runnable end) {
    listeners.onClose(end);
  }

  /**
   * Frees a sealed object at once, unless it is pinned.
   *
   * <p>A thread that tries to pin the object at the same moment may fail although the object stays;
   * a second attempt decides. The object must not be {@linkplain SealedObject#free freed} at the
   * same time.
   *
   * @return whether its memory is free
   */
  public boolean evict(SealedObject object) {
    return lifecycle.evict(object);
  }

  /**
   * Removes the files, ends the threads and returns memory. Idempotent.
   *
   * <p>The memory of segments without readers returns to the system at once. Existing views and
   * unsealed blocks stay usable, and the memory of their segments is returned when the collector
   * finds them unreachable. Waits for a segment that is being created.
   */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    pool.close(table.condemnAll(matrix)::get);
    pretoucher.close();
    cleaner.close();
    lifecycle.close();
    listeners.notifyClosed();
    files.delete();
  }

  @Override
  public String toString() {
    return "Store " + files.path();
  }

  void requireOpen() {
    if (closed) {
      throw new IllegalStateException("The store " + files.path() + " is closed");
    }
  }

  long maxBufferBytes() {
    return layout.maxBufferBytes();
  }

  /**
   * Runs {@code then} once, some time after {@code token} has become unreachable, even after
   * {@link #close}.
   */
  void whenUnreachableBeyondClose(Object token, Runnable then) {
    cleaner.watchBeyondClose(token, then);
  }

  /** Touches memory that is new to this process in the background, if the options say so. */
  void touchInBackground(SegmentPretoucher.UntouchedMemory memory) {
    pretoucher.touch(memory);
  }

  PinProtocol pins() {
    return pins;
  }

  /** Returns the life of the objects, which this store creates. */
  ObjectLifecycle lifecycle() {
    return lifecycle;
  }

  private WritableBlock make(long bytes) {
    Extent<Segment> extent = bytes == 0 ? null : pool.allocate(bytes);
    try {
      long slot = extent == null
          ? table.create(ObjectTable.NO_SEGMENT, 0, 0)
          : table.create(extent.home().index(), extent.offset(), bytes);
      return new WritableBlock(
          new SealedObject(this, extent, slot, SlotWord.generation(table.word(slot)), bytes));
    } catch (RuntimeException e) {
      if (extent != null) {
        pool.free(extent);
      }
      throw e;
    }
  }

  /**
   * Reclaims condemned objects whose reader left without a nudge. Checks for dead readers only if
   * objects are condemned.
   */
  private void sweep() {
    if (lifecycle.hasCondemned() && !closed) {
      readers.reclaimAll();
    }
    lifecycle.reclaimCondemned();
    if (!closed) {
      giveCapacity();
    }
  }

  /** Gives memory to other stores that share the capacity and want room. */
  private void giveCapacity() {
    long asked = pool.bytesToGive();
    long missing = asked == 0 ? 0 : asked - pool.releaseIdle(asked);
    if (missing > 0) {
      listeners.requestCapacity(missing);
    }
  }

  /** Notifies the listeners that memory is free, or that an object may now be evicted. */
  void notifyReclaimed() {
    listeners.notifyReclaimed();
  }
}
