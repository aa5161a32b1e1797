package io.mobula.ps;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Buffer of a sparse worker's pushes: sums the gradients of hot keys, and may batch several pushes
 * into one. For one thread.
 */
final class PushBuffer {
  private final SparsePushSender pushes;
  private final WorkerSession session;
  private final @Nullable HotRowCache hot;
  private final @Nullable GradientBatch gradientBatch;
  private long next; // number of the push being batched, or of the next one; 0 if not assigned yet
  private long nextHot; // number of the push with the sums of hot keys; 0 if not assigned yet

  /**
   * Creates an empty buffer.
   *
   * @param hot null if the table has no hot keys
   * @param gradientBatch null if pushes are not batched
   */
  PushBuffer(
      SparsePushSender pushes,
      WorkerSession session,
      @Nullable HotRowCache hot,
      @Nullable GradientBatch gradientBatch) {
    this.pushes = pushes;
    this.session = session;
    this.hot = hot;
    this.gradientBatch = gradientBatch;
  }

  /** Adds gradients, and sends what is due. */
  void put(RowGradients gradients) {
    if (hot != null || gradientBatch != null) {
      pushes.require(gradients.keys()); // so that bad keys fail now, not when they are sent
    }
    var others = hot == null ? gradients : hot.accumulate(gradients);
    if (gradientBatch == null) {
      send(others);
    } else {
      gradientBatch.add(others);
      if (gradientBatch.isFull()) {
        send(gradientBatch.take());
      }
    }
    if (hot != null && hot.isFull()) {
      sendHot(hot);
    }
    session.settle();
  }

  /**
   * Adds gradients like {@link #put}; returns a stage that completes when the shards have taken all
   * of them.
   */
  CompletionStage<@Nullable Void> putTracked(RowGradients gradients) {
    var taken = session.pushFutures().futureOf(next());
    if (hot != null && hot.containsAny(gradients.keys())) {
      taken =
          taken.thenCombine(session.pushFutures().futureOf(nextHot()), (nothing, noMore) -> null);
    }
    put(gradients);
    return taken;
  }

  /** Sends everything that is buffered. */
  void flush() {
    if (gradientBatch != null) {
      send(gradientBatch.take());
    }
    if (hot != null) {
      sendHot(hot);
    }
  }

  private long next() {
    next = next == 0 ? session.nextPush() : next;
    return next;
  }

  private long nextHot() {
    nextHot = nextHot == 0 ? session.nextPush() : nextHot;
    return nextHot;
  }

  private void send(RowGradients gradients) {
    long push = next();
    next = 0;
    send(gradients, push);
  }

  private void sendHot(HotRowCache from) {
    long push = nextHot();
    nextHot = 0;
    send(from.take(), push);
  }

  private void send(RowGradients gradients, long push) {
    try {
      pushes.push(gradients, push);
    } catch (RuntimeException | Error e) { // such as a user's partitioner that fails
      session.pushFutures().fail(push, e);
      throw e;
    }
    session.pushFutures().settle(push);
  }
}
