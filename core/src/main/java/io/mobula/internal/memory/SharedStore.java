package io.mobula.internal.memory;

import io.mobula.error.InvalidRequestException;
import io.mobula.error.StoreException;
import io.mobula.error.StoreFullException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The objects of one node in shared memory: made in place, sealed, read without a copy, freed when
 * the last reader is gone.
 *
 * <p>Any thread. A store owns a directory of files that it removes when it is closed, and at most
 * two daemon threads. It knows objects by slot and generation only; which of them are needed is its
 * caller's to say. Several stores may live in one JVM.
 */
public final class SharedStore implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SharedStore.class);
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
  private final Map<Long, SealedObject> condemned = new ConcurrentHashMap<>();
  private final SealedIndex sealed = new SealedIndex();
  private final List<Runnable> reclaimListeners = new CopyOnWriteArrayList<>();
  private final List<LongConsumer> capacityRequestListeners = new CopyOnWriteArrayList<>();
  private final List<Runnable> closeListeners = new CopyOnWriteArrayList<>();
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
    if (options.pretouch()) {
      pretoucher.start(name, pool::prepareAhead);
    }
    this.cleaner = new ReachabilityCleaner(name, this::sweep);
  }

  /**
   * Opens a store in a new directory, after removing what crashed processes have left beside it.
   *
   * <p>Makes no segment yet; costs some file operations, a millisecond or two.
   *
   * @throws StoreException if the directory is missing or may not be written
   * @throws StoreFullException if its file system is full
   */
  public static SharedStore open(StoreOptions options) {
    return open(options, StoreLayout.STANDARD);
  }

  /** As above, with sizes that a test can reach. */
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
   * Takes room for an object, to be filled in place; zero bytes are allowed.
   *
   * <p>Warm room, used before, is taken first, the block freed last before others. If none fits and
   * the ceiling allows it a segment is made in the calling thread, at about 0.5 to 1 second per
   * GiB, unless one has been prepared.
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

  /** The upper half of the random number in all of its files. */
  public long idHigh() {
    return id.high();
  }

  /** The lower half. */
  public long idLow() {
    return id.low();
  }

  /**
   * Bytes of all blocks in use, each rounded up to 64; condemned objects that are still read count.
   */
  public long usedBytes() {
    return pool.usedBytes();
  }

  /** The ceiling for {@link #usedBytes}. */
  public long capacityBytes() {
    return options.capacityBytes();
  }

  /**
   * How many objects there are: blocks being filled, sealed objects, and freed ones that are still
   * read.
   */
  public int objectCount() {
    return table.inUse();
  }

  /**
   * A view of the same bytes, pinned like {@link SealedObject#view}, if {@code content} is
   * read-only memory of a sealed object of this store; else null. Not for objects that are freed
   * already, nor below 64 KiB or from 2 GiB on.
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
   * One more name for the object for which {@link #sealedView} would give a view, pinned, or null:
   * it is there until this is {@linkplain PinnedObject#free freed}, too.
   */
  public @Nullable PinnedObject shareContaining(MemorySegment content) {
    var object = sealedContaining(content);
    return object == null ? null : object.acquireShared();
  }

  private @Nullable SealedObject sealedContaining(MemorySegment content) {
    return content.isNative() && content.isReadOnly() ? sealed.findContaining(content) : null;
  }

  /**
   * Runs {@code then} once, some time after {@code anchor} has become unreachable, or at once when
   * room is wanted and the collector has found it so. Not after {@link #close}.
   *
   * <p>It runs in a thread of the store or of whoever wants room: it must be quick, and must not
   * reach {@code anchor}.
   */
  public WatchHandle whenUnreachable(Object anchor, Runnable then) {
    return cleaner.watch(anchor, then);
  }

  /** How many objects that something waited for have been found unreachable so far. */
  public long unreachableCount() {
    return cleaner.foundCount();
  }

  /** That something waits for the collector; see {@link #whenUnreachable}. */
  public interface WatchHandle {
    /** Waits no more. Idempotent, and without effect when it has come to pass. */
    void cancel();
  }

  /** The directory of this store's files. */
  public Path directory() {
    return files.path();
  }

  /** What other processes of this host find this store by. */
  public StoreAddress address() {
    return new StoreAddress(files.path().toString(), id.high(), id.low());
  }

  /** Shows others of the host that this process gets on; see {@link ProgressThread}. */
  void raiseProgress() {
    table.raiseProgress();
  }

  /**
   * A row of pins for another process, to be named in {@link PeerStore#attach}. Rows are used again
   * when their process has died or closed its side, or when {@link #reclaimReaderRow} says that a
   * process never claimed its row.
   *
   * @throws StoreException if 255 processes read this store already
   * @throws IllegalStateException if the store is closed
   */
  public int offerRow() {
    requireOpen();
    return readers.offer();
  }

  /**
   * The process that was offered this row is said to be gone: if it does not hold the row any more
   * its pins are taken back now, and not with the next sweep. If it does hold it, though it seems
   * dead to somebody, its pins stand. Says whether the row is free.
   */
  public boolean reclaimReaderRow(int row) {
    boolean free = !closed && readers.reclaimRow(row);
    condemned.values().forEach(this::reclaim);
    return free;
  }

  /**
   * Another process has let go of what is in this slot: takes back the memory if the object there
   * is condemned and nobody else reads it. Any number is allowed.
   */
  public void nudge(long slot) {
    SealedObject object = condemned.get(slot);
    if (object != null) {
      reclaim(object);
    }
  }

  /**
   * Has {@code listener} told whenever memory has become free, or a view has gone whose object may
   * be evicted now, so that whoever waits for room can try again.
   *
   * <p>It is called after the fact, with no lock of the store held, by whichever thread freed the
   * memory, a store's own among them: it must be quick and must not block. What it throws is
   * logged.
   */
  public void onReclaim(Runnable listener) {
    reclaimListeners.add(listener);
  }

  /**
   * Has {@code listener} told how many bytes in whole segments are to be given to other processes
   * of the node, which share the ceiling, beyond what could be given at once: about once a second
   * while they want it. In a thread of the store: it must be quick.
   */
  public void onCapacityRequest(LongConsumer listener) {
    capacityRequestListeners.add(listener);
  }

  /** The numbers of the segments, those in which little is used first. */
  public List<Integer> segmentsByUse() {
    return pool.segmentsByUse();
  }

  /** Gives segments in which nothing is used back to the system; says how many bytes they had. */
  public long releaseIdle(long atLeast) {
    return pool.releaseIdle(atLeast);
  }

  /** Removes what dead processes of this user have left beside this store. */
  public void removeStaleStores() {
    files.removeStaleStores();
  }

  /** Has {@code end} run once, when the store has closed: for what lives only as long. */
  public void onClose(Runnable end) {
    closeListeners.add(end);
  }

  /**
   * Frees a sealed object at once, unless somebody has it pinned: then nothing happens.
   *
   * <p>Whoever tries to pin it at that very moment may fail although it stays; a second attempt
   * tells. It must not be {@linkplain SealedObject#free freed} at the same time.
   *
   * @return whether its memory is free
   */
  public boolean evict(SealedObject object) {
    if (!table.evict(object.slot(), object.generation(), matrix)) {
      return false;
    }
    recycle(object);
    return true;
  }

  /**
   * Removes the files, ends the threads and gives back memory. Idempotent.
   *
   * <p>The memory of segments that nobody reads goes back to the system at once. Views and unsealed
   * blocks there are stay usable, and the memory of their segments goes back when the collector
   * finds them unreachable. Waits for a segment that is being made.
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
    condemned.clear();
    closeListeners.forEach(SharedStore::tell);
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

  long mostBufferBytes() {
    return layout.mostBufferBytes();
  }

  /** As {@link #whenUnreachable}, and so even after {@link #close}. */
  void whenUnreachableBeyondClose(Object anchor, Runnable then) {
    cleaner.watchBeyondClose(anchor, then);
  }

  /** Has memory that is new to this process touched, if options say so. */
  void touchInBackground(SegmentPretoucher.UntouchedMemory memory) {
    pretoucher.touch(memory);
  }

  PinProtocol pins() {
    return pins;
  }

  long word(SealedObject object) {
    return table.word(object.slot());
  }

  boolean isPinned(SealedObject object) {
    return SlotWord.generation(word(object)) == object.generation()
        && matrix.isPinned(object.slot());
  }

  boolean transition(SealedObject object, SlotState from, SlotState to) {
    return table.transition(object.slot(), object.generation(), from, to);
  }

  void seal(SealedObject object) {
    if (transition(object, SlotState.CREATED, SlotState.SEALED)) {
      sealed.add(object);
    } else {
      object.requireState(SlotState.CREATED);
    }
  }

  void abandon(SealedObject object) {
    if (transition(object, SlotState.CREATED, SlotState.FREED)) {
      recycle(object);
    }
  }

  /**
   * If somebody reads the object it is remembered first and looked at again: its reader may have
   * gone in between.
   */
  void free(SealedObject object) {
    if (transition(object, SlotState.SEALED, SlotState.CONDEMNED) && !reclaim(object)) {
      condemned.put(object.slot(), object);
      reclaim(object);
    }
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
   * Condemned objects whose reader went without a nudge. Dead readers are looked for only if
   * something waits for them.
   */
  private void sweep() {
    if (!condemned.isEmpty() && !closed) {
      readers.reclaimAll();
    }
    condemned.values().forEach(this::reclaim);
    if (!closed) {
      giveCapacity();
    }
  }

  /** Gives to others of the node that want room. */
  private void giveCapacity() {
    long asked = pool.bytesToGive();
    long missing = asked == 0 ? 0 : asked - pool.releaseIdle(asked);
    if (missing > 0) {
      capacityRequestListeners.forEach(listener -> tell(() -> listener.accept(missing)));
    }
  }

  private boolean reclaim(SealedObject object) {
    if (matrix.isPinned(object.slot())
        || !transition(object, SlotState.CONDEMNED, SlotState.FREED)) {
      return false;
    }
    recycle(object);
    return true;
  }

  private void recycle(SealedObject object) {
    condemned.remove(object.slot(), object);
    sealed.remove(object);
    Extent<Segment> extent = object.extent();
    if (extent != null) {
      pool.free(extent);
    }
    table.release(object.slot());
    notifyReclaimed();
  }

  /** Something is free, or may be evicted now. */
  void notifyReclaimed() {
    reclaimListeners.forEach(SharedStore::tell);
  }

  private static void tell(Runnable listener) {
    try {
      listener.run();
    } catch (RuntimeException e) {
      LOG.error("A listener of a store failed", e);
    }
  }
}
