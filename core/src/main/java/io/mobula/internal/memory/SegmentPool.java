package io.mobula.internal.memory;

import io.mobula.error.StoreFullException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The segments of a store and the blocks in them, within the store's capacity.
 *
 * <p>Any thread may call. Taking a block from an existing segment holds one short lock; creating a
 * segment holds another lock, so that threads that find a free block meanwhile do not wait until
 * zeros are written. Objects larger than a standard segment have segments of their own size, apart
 * from the standard ones. A small object is placed in a large segment only when the capacity leaves
 * no other place, as it would prevent the reuse of that segment for a large object. When the
 * capacity is exhausted, idle segments are retired to make room for one of another size.
 */
final class SegmentPool {
  private static final int FIRST_PART = 16;

  private final StoreDirectory directory;
  private final FileHeader.StoreId storeId;
  private final StoreOptions options;
  private final SharedStoreCapacity sharedCapacity;
  private final ReentrantLock lock = new ReentrantLock();
  private final ReentrantLock growing = new ReentrantLock();
  private BlockAllocator<Segment> standard = new BlockAllocator<>();
  private BlockAllocator<Segment> large = new BlockAllocator<>();
  private final List<Segment> segments = new ArrayList<>();
  private final SegmentPretoucher pretoucher;
  private int segmentsMade;
  private boolean prepareRequested;
  private boolean closed;

  SegmentPool(
      StoreDirectory directory,
      FileHeader.StoreId storeId,
      StoreOptions options,
      SegmentPretoucher pretoucher) {
    this(directory, storeId, options, pretoucher, ceilingOf(directory, options));
  }

  SegmentPool(
      StoreDirectory directory,
      FileHeader.StoreId storeId,
      StoreOptions options,
      SegmentPretoucher pretoucher,
      SharedStoreCapacity ceiling) {
    this.directory = directory;
    this.storeId = storeId;
    this.options = options;
    this.pretoucher = pretoucher;
    this.sharedCapacity = ceiling;
  }

  private static SharedStoreCapacity ceilingOf(StoreDirectory directory, StoreOptions options) {
    Path head =
        options.nodeStoreDirectory() == null ? directory.path() : options.nodeStoreDirectory();
    return SharedStoreCapacity.join(head, directory, options.capacityBytes());
  }

  /** Allocates a block of this many bytes, more than zero. */
  Extent<Segment> allocate(long bytes) {
    if (bytes > options.capacityBytes()) {
      throw new StoreFullException("An object of " + bytes
          + " bytes is larger than the whole store " + directory.path() + " of "
          + options.capacityBytes() + " bytes: raise the store's capacity or split the object");
    }
    long wanted = BlockAllocator.roundUp(bytes);
    Extent<Segment> found = take(wanted);
    return found != null ? found : allocateGrowing(wanted);
  }

  /** Frees a block, which will be reused first. Does nothing once the pool is closed. */
  void free(Extent<Segment> extent) {
    lock.lock();
    try {
      if (!closed) {
        allocatorFor(extent.home().bytes()).free(extent);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Returns the bytes of all used blocks. */
  long usedBytes() {
    lock.lock();
    try {
      return standard.usedBytes() + large.usedBytes();
    } finally {
      lock.unlock();
    }
  }

  /** Creates the next standard segment if the capacity and the file system have room for it. */
  void prepareAhead() {
    growing.lock();
    try {
      if (!closed
          && room() >= options.segmentBytes()
          && directory.hasRoom(2 * options.segmentBytes())) {
        var _ = add(options.segmentBytes());
      }
    } finally {
      growing.unlock();
    }
  }

  /** Returns how many bytes this store has to give to others that share its capacity. */
  long bytesToGive() {
    return sharedCapacity.bytesToGive();
  }

  /**
   * Returns idle segments to the system, at least this many bytes if there are as many; returns how
   * many bytes.
   */
  long releaseIdle(long atLeast) {
    growing.lock();
    try {
      return retireAll(takeIdle(atLeast));
    } finally {
      growing.unlock();
    }
  }

  /** Returns the numbers of all segments, least used first. */
  List<Integer> segmentsByUse() {
    lock.lock();
    try {
      return segments.stream()
          .sorted(Comparator.comparingLong(s -> allocatorFor(s.bytes()).usedBytes(s)))
          .map(Segment::index)
          .toList();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Releases all segments; no more are created. Waits for a segment that is being created.
   *
   * @param isRead whether the segment of this number may still be read or written: its memory then
   *     returns to the system when it is unreachable, that of the others at once
   */
  void close(IntPredicate isRead) {
    growing.lock();
    try {
      dropAll().stream().filter(s -> !isRead.test(s.index())).forEach(Segment::retire);
      sharedCapacity.leave();
    } finally {
      growing.unlock();
    }
  }

  private List<Segment> dropAll() {
    lock.lock();
    try {
      closed = true;
      List<Segment> all = List.copyOf(segments);
      segments.clear();
      standard = new BlockAllocator<>();
      large = new BlockAllocator<>();
      return all;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Extent<Segment> take(long wanted) {
    lock.lock();
    try {
      requireOpen();
      Extent<Segment> found = allocatorFor(wanted).allocate(wanted);
      requestPrepare();
      return found;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Requests the next segment, once for each segment created, when less than half of a standard
   * segment is unused.
   */
  private void requestPrepare() {
    if (options.pretouch()
        && !prepareRequested
        && standard.totalBytes() > 0
        && standard.coldBytes() < options.segmentBytes() / 2) {
      prepareRequested = true;
      pretoucher.prepareAhead();
    }
  }

  private Extent<Segment> allocateGrowing(long wanted) {
    growing.lock();
    try {
      Extent<Segment> found = take(wanted);
      while (found == null) {
        grow(wanted);
        found = take(wanted);
      }
      return found;
    } catch (StoreFullException full) {
      Extent<Segment> squeezed = allocateInLarge(wanted);
      if (squeezed == null) {
        throw full;
      }
      return squeezed;
    } finally {
      growing.unlock();
    }
  }

  private void grow(long wanted) {
    long room = room();
    if (room < wanted && idleBytes() >= wanted - room) {
      retireAll(takeIdle(wanted - room));
      room = room();
    }
    if (room < wanted || !add(Math.min(sizeFor(wanted), room))) {
      sharedCapacity.requestBytes(wanted);
      throw full(wanted);
    }
  }

  private StoreFullException full(long wanted) {
    long others = sharedCapacity.othersBytes();
    return new StoreFullException("The store " + directory.path() + " has no room for " + wanted
        + " bytes now: " + usedBytes() + " of " + options.capacityBytes() + " bytes are in use"
        + (others == 0 ? "" : ", " + others + " more are taken by processes of the same node")
        + ", and what is free is not in one piece of that size; close refs that are no longer"
        + " needed, or raise the store's capacity");
  }

  /**
   * Returns the size of the next segment. The first segment is small if the object is, as a thread
   * waits for its zeros, and the next segment is prepared meanwhile.
   */
  private long sizeFor(long wanted) {
    long small = BlockAllocator.roundUp(options.segmentBytes() / FIRST_PART);
    if (options.pretouch() && wanted <= small && standardBytes() == 0) {
      return small;
    }
    return isLarge(wanted) ? wanted : options.segmentBytes();
  }

  private long standardBytes() {
    lock.lock();
    try {
      return standard.totalBytes();
    } finally {
      lock.unlock();
    }
  }

  /** Creates a segment; returns false if another store has taken the shared capacity meanwhile. */
  private boolean add(long bytes) {
    long before = totalBytes();
    if (!sharedCapacity.claim(before + bytes)) {
      return false;
    }
    Segment segment;
    try {
      segment = Segment.create(directory, storeId, segmentsMade++, bytes);
    } catch (RuntimeException e) {
      sharedCapacity.release(before);
      throw e;
    }
    lock.lock();
    try {
      segments.add(segment);
      allocatorFor(bytes).add(segment, bytes);
      prepareRequested &= isLarge(bytes);
    } finally {
      lock.unlock();
    }
    pretoucher.touch(segment);
    return true;
  }

  /** Allocates a small object in a large segment, when there is no other room. */
  private @Nullable Extent<Segment> allocateInLarge(long wanted) {
    lock.lock();
    try {
      return large.allocate(wanted);
    } finally {
      lock.unlock();
    }
  }

  private long idleBytes() {
    lock.lock();
    try {
      return segments.stream()
          .filter(s -> allocatorFor(s.bytes()).isIdle(s))
          .mapToLong(Segment::bytes)
          .sum();
    } finally {
      lock.unlock();
    }
  }

  /** Removes idle segments of this many bytes together from use, or all that there are. */
  private List<Segment> takeIdle(long atLeast) {
    lock.lock();
    try {
      List<Segment> dropped = new ArrayList<>();
      long sum = 0;
      for (Segment segment : List.copyOf(segments)) {
        if (sum < atLeast && allocatorFor(segment.bytes()).removeIdle(segment)) {
          segments.remove(segment);
          dropped.add(segment);
          sum += segment.bytes();
        }
      }
      return dropped;
    } finally {
      lock.unlock();
    }
  }

  /** Retires segments: returns their memory first and then releases the shared capacity. */
  private long retireAll(List<Segment> dropped) {
    dropped.forEach(Segment::retire);
    if (!dropped.isEmpty()) {
      sharedCapacity.release(totalBytes());
    }
    return dropped.stream().mapToLong(Segment::bytes).sum();
  }

  private long totalBytes() {
    lock.lock();
    try {
      return standard.totalBytes() + large.totalBytes();
    } finally {
      lock.unlock();
    }
  }

  private long room() {
    return options.capacityBytes() - totalBytes() - sharedCapacity.othersBytes();
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("The store " + directory.path() + " is closed");
    }
  }

  private BlockAllocator<Segment> allocatorFor(long bytes) {
    return isLarge(bytes) ? large : standard;
  }

  private boolean isLarge(long bytes) {
    return bytes > options.segmentBytes();
  }
}
