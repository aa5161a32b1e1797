package io.mobula.internal.memory;

import io.mobula.error.StoreFullException;
import java.util.ArrayList;
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
  private final ReentrantLock lock = new ReentrantLock();
  private final ReentrantLock growing = new ReentrantLock();
  private BlockAllocator<Segment> standard = new BlockAllocator<>();
  private BlockAllocator<Segment> large = new BlockAllocator<>();
  private final List<Segment> segments = new ArrayList<>();
  private final Warmer warmer;
  private int made;
  private boolean aheadAsked;
  private boolean closed;

  SegmentPool(
      StoreDirectory directory, FileHeader.StoreId storeId, StoreOptions options, Warmer warmer) {
    this.directory = directory;
    this.storeId = storeId;
    this.options = options;
    this.warmer = warmer;
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
        home(extent.home().bytes()).free(extent);
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
        add(options.segmentBytes());
      }
    } finally {
      growing.unlock();
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
      Extent<Segment> found = home(wanted).allocate(wanted);
      askAhead();
      return found;
    } finally {
      lock.unlock();
    }
  }

  /** Once for each segment made: when half of a standard segment is all that is left. */
  private void askAhead() {
    if (options.pretouch()
        && !aheadAsked
        && standard.totalBytes() > 0
        && standard.coldBytes() < options.segmentBytes() / 2) {
      aheadAsked = true;
      warmer.prepareAhead();
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
      Extent<Segment> squeezed = squeeze(wanted);
      if (squeezed == null) {
        throw full;
      }
      return squeezed;
    } finally {
      growing.unlock();
    }
  }

  private void grow(long wanted) {
    if (room() < wanted) {
      dropIdle(wanted).forEach(Segment::retire);
    }
    long room = room();
    if (room < wanted) {
      throw new StoreFullException(
          "The store " + directory.path() + " has no room for " + wanted + " bytes now: "
              + usedBytes() + " of " + options.capacityBytes()
              + " bytes are in use, and what is free is not in one piece"
              + " of that size; close refs that are no longer needed, or raise the store's capacity");
    }
    add(Math.min(sizeFor(wanted), room));
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

  private void add(long bytes) {
    Segment segment = Segment.create(directory, storeId, made++, bytes);
    lock.lock();
    try {
      segments.add(segment);
      home(bytes).add(segment, bytes);
      aheadAsked &= isLarge(bytes);
    } finally {
      lock.unlock();
    }
    warmer.touch(segment);
  }

  /** A small object in a large segment, when there is no other room. */
  private @Nullable Extent<Segment> squeeze(long wanted) {
    lock.lock();
    try {
      return large.allocate(wanted);
    } finally {
      lock.unlock();
    }
  }

  /** Unused segments that make room enough, taken out of use; none if all of them would not. */
  private List<Segment> dropIdle(long wanted) {
    lock.lock();
    try {
      List<Segment> idle =
          segments.stream().filter(s -> home(s.bytes()).isIdle(s)).toList();
      List<Segment> dropped = new ArrayList<>();
      if (room() + idle.stream().mapToLong(Segment::bytes).sum() >= wanted) {
        for (int i = 0; room() < wanted; i++) {
          home(idle.get(i).bytes()).removeIdle(idle.get(i));
          dropped.add(idle.get(i));
        }
      }
      segments.removeAll(dropped);
      return dropped;
    } finally {
      lock.unlock();
    }
  }

  private long room() {
    lock.lock();
    try {
      return options.capacityBytes() - standard.totalBytes() - large.totalBytes();
    } finally {
      lock.unlock();
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("The store " + directory.path() + " is closed");
    }
  }

  private BlockAllocator<Segment> home(long bytes) {
    return isLarge(bytes) ? large : standard;
  }

  private boolean isLarge(long bytes) {
    return bytes > options.segmentBytes();
  }
}
