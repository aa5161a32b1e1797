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
 * The segments of a store and the room in them, under the store's ceiling.
 *
 * <p>Any thread. Taking a block from a segment that is there holds one short lock; making a segment
 * holds another, so those who find room meanwhile do not wait for zeros being written. Objects
 * larger than a standard segment have segments of their own size, apart from the standard ones: a
 * small object in the middle of a large segment would keep it from being used again for what it was
 * made for, so that happens only when the ceiling leaves no other place. When the ceiling is in the
 * way, segments in which nothing is used are retired to make room for one of another size.
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

  /** A block for this many bytes, more than zero. */
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

  /** Gives a block back, to be used again first. Does nothing once the pool is closed. */
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

  /** Bytes of all blocks in use. */
  long usedBytes() {
    lock.lock();
    try {
      return standard.usedBytes() + large.usedBytes();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Makes the next standard segment if the room never used is less than half of one, and the
   * ceiling allows it.
   */
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

  /** How many bytes others that share the ceiling are to be given. */
  long bytesToGive() {
    return sharedCapacity.bytesToGive();
  }

  /** Gives segments in which nothing is used back to the system; says how many bytes. */
  long releaseIdle(long atLeast) {
    growing.lock();
    try {
      return retireAll(takeIdle(atLeast));
    } finally {
      growing.unlock();
    }
  }

  /** The numbers of all segments, those in which little is used first. */
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
   * Lets go of all segments; none is made from here on. Waits for one that is being made.
   *
   * @param isRead whether the segment of this number may still be read or written: its memory then
   *     goes back to the system when nothing reaches it, that of the others at once
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

  /** Once for each segment made: when half of a standard segment is all that is left. */
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
   * A first segment is small if what it is for is: somebody waits for its zeros, and the next is
   * prepared meanwhile.
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

  /** False if another has taken the room of the common ceiling meanwhile. */
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

  /** A small object in a large segment, when there is no other room. */
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

  /** Unused segments of this many bytes together, or all there are, taken out of use. */
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

  /** Their memory goes back first, and then others are told that it is there. */
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
