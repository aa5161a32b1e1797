package io.mobula.internal.codec;

import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A bounded pool of graphs: some slots a processor, found by thread number, without locks.
 *
 * <p>Not by thread-local, which would keep a graph for each of a million virtual threads.
 */
final class GraphPool {
  private static final int LEAST = 32;
  private static final int A_PROCESSOR = 4;
  private static final int TRIES = 4;

  private final CodecOptions options;
  private final Forms forms;
  private final AtomicReferenceArray<Graph> slots;
  private final int mask;

  GraphPool(CodecOptions options, Forms forms) {
    this.options = options;
    this.forms = forms;
    int wanted = Math.max(LEAST, A_PROCESSOR * Runtime.getRuntime().availableProcessors());
    int size = Integer.highestOneBit(wanted * 2 - 1);
    this.slots = new AtomicReferenceArray<>(size);
    this.mask = size - 1;
  }

  /** A graph for this thread alone until it is given back, or dropped after a failure. */
  Graph take() {
    int start = (int) Thread.currentThread().threadId();
    for (int i = 0; i < TRIES; i++) {
      int slot = start + i & mask;
      Graph pooled = slots.get(slot) == null ? null : slots.getAndSet(slot, null);
      if (pooled != null) {
        return pooled;
      }
    }
    return Graph.create(options, forms);
  }

  /** Gives back a graph that did its work without failing. */
  void give(Graph graph) {
    graph.clear();
    int start = (int) Thread.currentThread().threadId();
    for (int i = 0; i < TRIES; i++) {
      if (slots.compareAndSet(start + i & mask, null, graph)) {
        return;
      }
    }
  }
}
