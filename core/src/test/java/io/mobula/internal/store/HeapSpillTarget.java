package io.mobula.internal.store;

import io.mobula.error.ObjectLostException;
import io.mobula.error.StoreFullException;
import io.mobula.spi.SpillTarget;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Spill target in the heap, which fills up and fails when a test says so. */
final class HeapSpillTarget implements SpillTarget {
  final Set<HeapSpillPart> parts = ConcurrentHashMap.newKeySet();
  final AtomicInteger writes = new AtomicInteger();
  final AtomicInteger reads = new AtomicInteger();
  final AtomicBoolean isClosed = new AtomicBoolean();
  volatile int everyWriteThatFails = Integer.MAX_VALUE;
  volatile boolean isFull;
  volatile Runnable beforeWrite = () -> {};
  volatile Runnable beforeRead = () -> {};

  @Override
  public SpilledObject write(MemorySegment content) {
    beforeWrite.run();
    if (isFull || writes.incrementAndGet() % everyWriteThatFails == 0) {
      throw new StoreFullException("No spill directory takes it: /the/disk is full.");
    }
    var part = new HeapSpillPart(content.toArray(ValueLayout.JAVA_BYTE));
    parts.add(part);
    return part;
  }

  @Override
  public int writers() {
    return 2;
  }

  @Override
  public void close() {
    isClosed.set(true);
  }

  final class HeapSpillPart implements SpilledObject {
    private final byte[] bytes;
    private final int sum;

    HeapSpillPart(byte[] bytes) {
      this.bytes = bytes;
      this.sum = Arrays.hashCode(bytes);
    }

    void damage() {
      bytes[bytes.length / 2]++;
    }

    @Override
    public long byteSize() {
      return bytes.length;
    }

    @Override
    public void readInto(MemorySegment target) {
      beforeRead.run();
      reads.incrementAndGet();
      if (!parts.contains(this) || Arrays.hashCode(bytes) != sum) {
        throw new ObjectLostException("/the/file is damaged");
      }
      target.copyFrom(MemorySegment.ofArray(bytes));
    }

    @Override
    public void delete() {
      parts.remove(this);
    }
  }
}
