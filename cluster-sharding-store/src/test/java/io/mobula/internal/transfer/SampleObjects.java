package io.mobula.internal.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.ObjectId;
import io.mobula.spi.ObjectSource;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** Source that has one object, filled from a seed, whatever is requested. */
final class SampleObjects implements ObjectSource {
  static final ObjectSource NONE = (id, attempt) -> null;

  private final MemorySegment bytes;
  private final AtomicInteger opened = new AtomicInteger();
  private final AtomicInteger closed = new AtomicInteger();

  SampleObjects(Arena arena, long size, long seed) {
    this.bytes = arena.allocate(size, 8);
    fill(bytes, seed);
  }

  static void fill(MemorySegment bytes, long seed) {
    var random = new SplittableRandom(seed);
    long at = 0;
    for (; at + 8 <= bytes.byteSize(); at += 8) {
      bytes.set(ValueLayout.JAVA_LONG_UNALIGNED, at, random.nextLong());
    }
    for (; at < bytes.byteSize(); at++) {
      bytes.set(ValueLayout.JAVA_BYTE, at, (byte) random.nextInt());
    }
  }

  @Override
  public OpenObject open(ObjectId id, int attempt) {
    opened.incrementAndGet();
    return new OpenObject() {
      @Override
      public MemorySegment bytes() {
        return bytes;
      }

      @Override
      public void close() {
        closed.incrementAndGet();
      }
    };
  }

  MemorySegment bytes() {
    return bytes;
  }

  long size() {
    return bytes.byteSize();
  }

  int opened() {
    return opened.get();
  }

  /** Waits until every opened object is closed again. */
  void awaitClosed() {
    long until = System.nanoTime() + 20_000_000_000L;
    while (closed.get() < opened.get()) {
      assertThat(System.nanoTime()).as("time until all are closed").isLessThan(until);
      Thread.onSpinWait();
    }
    assertThat(closed.get()).isEqualTo(opened.get());
  }
}
