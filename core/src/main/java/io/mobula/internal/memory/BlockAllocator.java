package io.mobula.internal.memory;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Allocator of blocks in a set of homes (segments): pure bookkeeping that touches no memory and
 * does no I/O.
 *
 * <p>Not thread-safe: its owner holds a lock. Allocating and freeing take constant time, except for
 * a scan of one size class when no larger block is free. Blocks are multiples of 64 bytes and
 * aligned to 64 bytes from the start of their home.
 *
 * <p>The algorithm is two-level segregated fit (Masmano, Ripoll, Crespo, Real: "TLSF", ECRTS 2004)
 * with the block headers kept outside the memory that they describe. It differs in two ways,
 * because the first touch of a page costs ten times as much as the second. First, space that no
 * block has used yet (cold) is not a free block but the tail of its home, and is taken only when no
 * used (warm) block fits. Second, each size class is a stack: the block freed last is used first.
 *
 * @param <H> type of the homes that blocks lie in
 */
public final class BlockAllocator<H> {
  /** Granularity in bytes of the sizes and offsets of all blocks: one cache line. */
  static final long GRAIN = 64;

  private static final int EXACT_CLASSES = 32;
  private static final int STEPS_LOG = 4;
  private static final int STEPS = 1 << STEPS_LOG;
  private static final int CLASSES = EXACT_CLASSES + (64 - 5) * STEPS;
  private static final int SCAN_LIMIT = 16;

  private final List<@Nullable Extent<H>> stacks = new ArrayList<>();
  private final BitSet nonEmpty = new BitSet(CLASSES);
  private final Map<H, Extent<H>> firstOf = new HashMap<>();
  private final List<Extent<H>> tails = new ArrayList<>();
  private long usedBytes;
  private long totalBytes;

  /** Creates an allocator without any memory. */
  public BlockAllocator() {
    for (int i = 0; i < CLASSES; i++) {
      stacks.add(null);
    }
  }

  /** Rounds up to a multiple of {@link #GRAIN}. */
  static long roundUp(long bytes) {
    return (bytes + GRAIN - 1) & -GRAIN;
  }

  /** Adds a home of {@code bytes} cold bytes, a multiple of {@link #GRAIN}. */
  public void add(H home, long bytes) {
    if (bytes <= 0 || bytes % GRAIN != 0 || firstOf.containsKey(home)) {
      throw new IllegalArgumentException("Cannot add " + home + " with " + bytes + " bytes");
    }
    Extent<H> tail = new Extent<>(home, 0, bytes, Extent.COLD);
    firstOf.put(home, tail);
    tails.add(tail);
    totalBytes += bytes;
  }

  /** Removes a home if no block in it is used; returns whether it was removed. */
  boolean removeIdle(H home) {
    if (!isIdle(home)) {
      return false;
    }
    for (Extent<H> e = firstOf.remove(home); e != null; e = e.next) {
      totalBytes -= e.bytes;
      if (e.state == Extent.WARM) {
        unstack(e);
      } else {
        tails.remove(e);
      }
    }
    return true;
  }

  /** Returns whether no block in this home is used. */
  boolean isIdle(H home) {
    for (Extent<H> e = firstOf.get(home); e != null; e = e.next) {
      if (e.state == Extent.USED) {
        return false;
      }
    }
    return firstOf.containsKey(home);
  }

  /** Returns the bytes of all used blocks in this home. */
  long usedBytes(H home) {
    long sum = 0;
    for (Extent<H> e = firstOf.get(home); e != null; e = e.next) {
      sum += e.state == Extent.USED ? e.bytes : 0;
    }
    return sum;
  }

  /**
   * Allocates a block of at least {@code bytes}, rounded up to a multiple of {@link #GRAIN}; warm
   * if a warm block fits. Returns {@code null} if no block fits.
   */
  public @Nullable Extent<H> allocate(long bytes) {
    long wanted = roundUp(Math.max(bytes, 1));
    Extent<H> extent = takeWarm(wanted);
    if (extent == null) {
      extent = takeCold(wanted);
    }
    if (extent != null) {
      usedBytes += extent.bytes;
    }
    return extent;
  }

  /** Frees a block and merges it with free neighbours. */
  public void free(Extent<H> extent) {
    if (extent.state != Extent.USED) {
      throw new IllegalStateException("Block is not in use: " + extent);
    }
    usedBytes -= extent.bytes;
    Extent<H> merged = extent;
    Extent<H> previous = extent.previous;
    if (previous != null && previous.state == Extent.WARM) {
      unstack(previous);
      previous.absorbNext();
      merged = previous;
    }
    Extent<H> next = merged.next;
    if (next != null && next.state == Extent.WARM) {
      unstack(next);
      merged.absorbNext();
    }
    push(merged);
  }

  long usedBytes() {
    return usedBytes;
  }

  long totalBytes() {
    return totalBytes;
  }

  /** Returns the number of bytes that no block has used yet. */
  long coldBytes() {
    long sum = 0;
    for (Extent<H> tail : tails) {
      sum += tail.bytes;
    }
    return sum;
  }

  private @Nullable Extent<H> takeWarm(long wanted) {
    int own = classOf(wanted);
    Extent<H> found = scanClass(own, wanted, SCAN_LIMIT);
    if (found == null) {
      int larger = nonEmpty.nextSetBit(own + 1);
      found = larger >= 0 ? stacks.get(larger) : scanClass(own, wanted, Integer.MAX_VALUE);
    }
    if (found == null) {
      return null;
    }
    unstack(found);
    Extent<H> rest = found.splitAfter(wanted);
    if (rest != null) {
      push(rest);
    }
    found.state = Extent.USED;
    return found;
  }

  private @Nullable Extent<H> scanClass(int sizeClass, long wanted, int max) {
    Extent<H> e = stacks.get(sizeClass);
    for (int i = 0; e != null && i < max; i++, e = e.below) {
      if (e.bytes >= wanted) {
        return e;
      }
    }
    return null;
  }

  /** Cuts a block from a cold tail, starting in the warm block before the tail if there is one. */
  private @Nullable Extent<H> takeCold(long wanted) {
    for (int i = 0; i < tails.size(); i++) {
      Extent<H> tail = tails.get(i);
      Extent<H> start = tail.previous;
      if (start == null || start.state != Extent.WARM) {
        start = tail;
      }
      if (tail.offset() + tail.bytes - start.offset() >= wanted) {
        return cut(i, start, wanted);
      }
    }
    return null;
  }

  private Extent<H> cut(int tail, Extent<H> start, long wanted) {
    if (start.state == Extent.WARM) {
      unstack(start);
      start.absorbNext();
    }
    Extent<H> rest = start.splitAfter(wanted);
    if (rest == null) {
      tails.remove(tail);
    } else {
      rest.state = Extent.COLD;
      tails.set(tail, rest);
    }
    start.state = Extent.USED;
    return start;
  }

  private void push(Extent<H> extent) {
    int sizeClass = classOf(extent.bytes);
    Extent<H> top = stacks.get(sizeClass);
    extent.state = Extent.WARM;
    extent.above = null;
    extent.below = top;
    if (top != null) {
      top.above = extent;
    }
    stacks.set(sizeClass, extent);
    nonEmpty.set(sizeClass);
  }

  private void unstack(Extent<H> extent) {
    int sizeClass = classOf(extent.bytes);
    Extent<H> above = extent.above;
    Extent<H> below = extent.below;
    if (below != null) {
      below.above = above;
    }
    if (above != null) {
      above.below = below;
    } else {
      stacks.set(sizeClass, below);
      if (below == null) {
        nonEmpty.clear(sizeClass);
      }
    }
    extent.above = null;
    extent.below = null;
  }

  /**
   * Returns the size class: exact classes up to 31 grains, then sixteen classes for each power of
   * two. The blocks of a class are at least as large as its lower bound.
   */
  private static int classOf(long bytes) {
    long grains = bytes / GRAIN;
    if (grains < EXACT_CLASSES) {
      return (int) grains;
    }
    int log = 63 - Long.numberOfLeadingZeros(grains);
    int step = (int) (grains >>> (log - STEPS_LOG)) & (STEPS - 1);
    return EXACT_CLASSES + (log - 5) * STEPS + step;
  }
}
