package io.mobula.internal.codec;

import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Bounded pool of graph codecs: several slots per processor, addressed by thread id, without locks.
 *
 * <p>A thread-local would keep a graph codec for each of a million virtual threads.
 */
final class GraphCodecPool {
  private static final int MIN_SIZE = 32;
  private static final int A_PROCESSOR = 4;
  private static final int TRIES = 4;

  private final CodecOptions options;
  private final TypeCodecRegistry registry;
  private final AtomicReferenceArray<GraphCodec> slots;
  private final int mask;

  GraphCodecPool(CodecOptions options, TypeCodecRegistry registry) {
    this.options = options;
    this.registry = registry;
    int wanted = Math.max(MIN_SIZE, A_PROCESSOR * Runtime.getRuntime().availableProcessors());
    int size = Integer.highestOneBit(wanted * 2 - 1);
    this.slots = new AtomicReferenceArray<>(size);
    this.mask = size - 1;
  }

  /**
   * Takes a graph codec for exclusive use by this thread, until it is given back, or dropped after
   * a failure.
   */
  GraphCodec take() {
    int start = (int) Thread.currentThread().threadId();
    for (int i = 0; i < TRIES; i++) {
      int slot = start + i & mask;
      GraphCodec pooled = slots.get(slot) == null ? null : slots.getAndSet(slot, null);
      if (pooled != null) {
        return pooled;
      }
    }
    return GraphCodec.create(options, registry);
  }

  /** Gives back a graph codec that has not failed. */
  void give(GraphCodec graph) {
    graph.clear();
    int start = (int) Thread.currentThread().threadId();
    for (int i = 0; i < TRIES; i++) {
      if (slots.compareAndSet(start + i & mask, null, graph)) {
        return;
      }
    }
  }
}
