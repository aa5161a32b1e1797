package io.mobula.ps.internal.heap;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Heap gauge whose values are set by a test. */
public final class LimitedHeap implements HeapGauge {
  private static final long MAX_BYTES = 1L << 30;

  private volatile long free = MAX_BYTES;
  private volatile long afterCollection = -1;
  private volatile int collections;
  private boolean collects = true;
  private Duration takes = Duration.ZERO;

  /** Returns the admission control for this heap. */
  public HeapAdmission room() {
    return new HeapAdmission(this);
  }

  /** Sets the number of free bytes beyond the reserve, before and after any collection. */
  public LimitedHeap freeBytes(long bytes) {
    free = bytes + MAX_BYTES / 16;
    afterCollection = -1;
    return this;
  }

  LimitedHeap freeAfterCollection(long bytes) {
    afterCollection = bytes + MAX_BYTES / 16;
    return this;
  }

  LimitedHeap withoutCollections() {
    collects = false;
    return this;
  }

  LimitedHeap collectionsTake(Duration time) {
    takes = time;
    return this;
  }

  int collections() {
    return collections;
  }

  @Override
  public long maxBytes() {
    return MAX_BYTES;
  }

  @Override
  public long freeBytes() {
    return free;
  }

  @Override
  public boolean collect() {
    collections++;
    LockSupport.parkNanos(takes.toNanos());
    if (afterCollection >= 0) {
      free = afterCollection;
    }
    return collects;
  }
}
